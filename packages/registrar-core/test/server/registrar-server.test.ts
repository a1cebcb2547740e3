import { createUserAgentCore } from "@sidetone/dialog-core";
import { computeHa1, SipUri, WWWAuthenticate, type SipResponse } from "@sidetone/sip-core";
import { createSipTransports } from "@sidetone/sip-transport";
import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { contactsOf } from "../support/phone.ts";
import { registrarScenario } from "../support/registrar-scenario.ts";

const setUp = registrarScenario;
const users = "alice:secret\nbob:{SHA-256}" + computeHa1({ username: "bob", password: "word", realm: "example.com", algorithm: "SHA-256" });
const alice = { username: "alice", password: "secret" };
const bob = { username: "bob", password: "word" };
const bobsPhone = { to: "sip:bob@example.com", contacts: ["<sip:bob@10.0.0.3>"], callId: "bobs" };
const toBob = { method: "INVITE", requestUri: "sip:bob@example.com", to: "sip:bob@example.com", callId: "call" };

/** A response without what differs each time. */
const lookOf = (response: SipResponse): string =>
  [response.statusCode, response.reasonPhrase, ...Array.from(response.headerFields(), ([name, value]) => `${name}: ${value}`)]
    .filter((line) => !/^(Via|From|To|Call-ID|CSeq):/.test(String(line)))
    .join("\n")
    .replace(/nonce="[^"]*"/g, "");

describe("A registrar with passwords", () => {
  test("takes a binding from its user after a challenge", async () => {
    const { phone, server } = await setUp({ users });
    const challenged = await phone.send();
    expect([challenged.statusCode, challenged.getAll(WWWAuthenticate).length]).toEqual([401, 3]);
    expect(contactsOf(await phone.logIn(alice))).toEqual(["sip:alice@10.0.0.2:5060 3600"]);
    expect((await phone.logIn(bob, bobsPhone)).statusCode).toBe(200);
    expect(server.registrar.location.addressCount).toBe(2);
  });

  test("lets no user touch the address of another, existing or not, and tells nobody which it is", async () => {
    const { phone, server } = await setUp({ users });
    const looks = new Set<string>();
    for (const to of ["sip:bob@example.com", "sip:nobody@example.com"]) looks.add(lookOf(await phone.logIn(alice, { to })));
    expect([looks.size, [...looks][0]!.slice(0, 3)]).toEqual([1, "403"]);
    expect(server.registrar.location.size).toBe(0);
  });

  test("may be told who owns what", async () => {
    const { phone } = await setUp({ users, isAuthorized: (username, { user }) => username === "alice" && user === "reception" });
    expect((await phone.logIn(alice, { to: "sip:reception@example.com" })).statusCode).toBe(200);
    expect((await phone.logIn(alice)).statusCode).toBe(403);
  });

  test("answers a user that does not exist as one whose password was wrong, whatever the method", async () => {
    const { phone } = await setUp({ users });
    for (const method of ["REGISTER", "INVITE", "OPTIONS", "MESSAGE"]) {
      const looks = new Set<string>();
      for (const username of ["alice", "nobody"]) {
        const address = {
          method,
          requestUri: `sip:${username}@example.com`,
          to: `sip:${username}@example.com`,
          callId: `${method} ${username}`,
        };
        const request = { ...address, callId: `${method}-${username}` };
        looks.add(`${lookOf(await phone.send(request))}\n${lookOf(await phone.logIn({ username, password: "guess" }, request))}`);
      }
      expect(looks.size, method).toBe(1);
    }
  });

  test("keeps nothing of a request that it challenges, and repeats its To tag", async () => {
    const { phone, server } = await setUp({ users });
    const again = { branch: "z9hG4bKsame", cseq: 7 };
    const [one, other] = [await phone.send(again), await phone.send(again)];
    expect(one.toTag).toBe(other.toTag);
    expect((await phone.send({ requestUri: "sip:example.org" })).statusCode).toBe(404);
    expect(server.transactionCount).toBe(0);
    await phone.logIn(alice);
    expect(server.transactionCount).toBe(1);
  });

  test("answers no more than three times what a stranger sends", async () => {
    const { phone, environment } = await setUp({ users });
    const sizes: number[] = [];
    const stop = environment.virtualNetwork.onPacket(({ kind, data }) => {
      if (kind === "sent") sizes.push(data.length);
    });
    await phone.send();
    stop();
    expect(sizes).toHaveLength(2);
    expect(sizes[1]! / sizes[0]!).toBeLessThan(3);
  });

  test("answers 500 when the secrets cannot be asked for, and says so here", async () => {
    const secrets = { ha1: () => Promise.reject(new Error("database down")) };
    const { phone, environment } = await setUp({ users, digest: { secrets }, onListenerError: "collect" });
    expect((await phone.logIn(alice)).statusCode).toBe(500);
    expect(environment.listenerErrors).toMatchObject([{ error: { message: "database down" }, where: "RegistrarServer" }]);
  });

  test("is registered at by a user agent with credentials, over UDP and TCP", async () => {
    const { clock, environment, server } = await setUp({ users });
    const there = virtualEnvironment({ host: "10.0.0.9", beside: environment });
    const transports = createSipTransports(there);
    const core = createUserAgentCore(there, transports, {
      user: { onInvite: () => {} },
      credentials: { get: () => Promise.resolve(alice) },
    });
    for (const transport of ["UDP", "TCP"] as const) {
      await transports.listen({ transport, address: "10.0.0.9", port: 5060 });
      const response = await clock.advanceUntil(
        core.request({
          method: "REGISTER",
          requestUri: "sip:example.com",
          route: [`<sip:10.0.0.1;transport=${transport.toLowerCase()};lr>`],
          to: "sip:alice@example.com",
          from: "sip:alice@example.com",
          contact: true,
          contactUser: transport,
        }),
      );
      expect(response.statusCode).toBe(200);
    }
    const bindings = server.registrar.lookup(SipUri.parse("sip:alice@example.com"));
    expect(bindings.map(({ receivedTransport }) => receivedTransport)).toEqual(["TCP", "UDP"]);
    await core.close();
    await transports.close();
  });
});

describe("Its redirect server (RFC 3261 §8.3)", () => {
  test("tells a user where another one is, best first", async () => {
    const { phone } = await setUp({ users });
    await phone.logIn(bob, { ...bobsPhone, contacts: ["<sip:bob@10.0.0.3>;q=0.1", "<sip:bob@10.0.0.4>;q=0.7"] });
    const response = await phone.logIn(alice, toBob);
    expect([response.statusCode, contactsOf(response)]).toEqual([302, ["sip:bob@10.0.0.4 3600", "sip:bob@10.0.0.3 3600"]]);
  });

  test("tells strangers nothing, unless told to", async () => {
    const { phone } = await setUp({ users });
    await phone.logIn(bob, bobsPhone);
    expect((await phone.send(toBob)).statusCode).toBe(401);
    const open = await setUp({ redirects: "anyone" });
    await open.phone.send(bobsPhone);
    expect((await open.phone.send(toBob)).statusCode).toBe(302);
  });

  test("answers 480 for who is not here, 404 for another domain, 416 for another scheme", async () => {
    const { phone } = await setUp();
    expect((await phone.send(toBob)).statusCode).toBe(480);
    expect((await phone.send({ ...toBob, callId: "2", requestUri: "sip:bob@example.org" })).statusCode).toBe(404);
    expect((await phone.send({ ...toBob, callId: "3", requestUri: "tel:+4930" })).statusCode).toBe(416);
  });

  test("never redirects to the URI that was asked for", async () => {
    const { phone } = await setUp();
    await phone.send({ ...bobsPhone, contacts: ["<sip:bob@example.com>"] });
    expect((await phone.send(toBob)).statusCode).toBe(480);
  });

  test("redirects messages, too; what belongs to a dialog is not for here", async () => {
    const { phone } = await setUp();
    await phone.send(bobsPhone);
    expect((await phone.send({ ...toBob, method: "MESSAGE" })).statusCode).toBe(302);
    expect((await phone.send({ ...toBob, method: "BYE", to: "sip:bob@example.com" })).statusCode).toBe(405);
    expect((await phone.send({ ...toBob, method: "DANCE" })).statusCode).toBe(501);
  });

  test("may be off", async () => {
    const { phone } = await setUp({ redirects: "off", server: "Registrar/1" });
    await phone.send(bobsPhone);
    const response = await phone.send(toBob);
    expect([response.statusCode, response.getText("Allow"), response.getText("Server")]).toEqual([405, "REGISTER, OPTIONS", "Registrar/1"]);
  });

  test("answers OPTIONS with what it can do", async () => {
    const { phone } = await setUp();
    const response = await phone.send({ method: "OPTIONS" });
    expect([response.statusCode, response.getText("Supported")]).toEqual([200, "path, outbound"]);
    expect(response.getText("Allow")).toBe("REGISTER, OPTIONS, INVITE, MESSAGE, SUBSCRIBE, REFER, ACK, CANCEL");
  });

  test("gives up an INVITE that is cancelled while the secrets are asked for", async () => {
    let release = (_ha1: string | undefined): void => {};
    const secrets = { ha1: () => new Promise<string | undefined>((resolve) => (release = resolve)) };
    const { phone, clock } = await setUp({ users, digest: { secrets } });
    const challenged = await phone.send(toBob);
    const branch = "z9hG4bKcancelled";
    const asked = { ...toBob, branch, headers: [phone.credentials(challenged, alice, toBob)] };
    await expect(phone.send(asked)).rejects.toThrow("no response");
    await phone.send({ ...toBob, method: "CANCEL", branch, cseq: phone.sequenceNumber });
    release(undefined);
    await clock.advance(10);
    expect(phone.responses.map(({ statusCode, cseqMethod }) => `${statusCode} ${cseqMethod}`).slice(1, 3)).toEqual([
      "200 CANCEL",
      "487 INVITE",
    ]);
  });
});
