import type { CredentialQuery } from "@sidetone/dialog-core";
import { Authorization } from "@sidetone/sip-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { account, challenge, registrationSetUp } from "./support/registration-set-up.ts";
import { keepFor, ScriptedRegistrar } from "./support/scripted-registrar.ts";

describe("A registrar that asks for something else", () => {
  test("423: the life that it demands is asked for, now and from then on (§10.2.8)", async () => {
    const { clock, registrar, registered, expectNothingLeft } = await registrationSetUp({ expiresSeconds: 60 });
    registrar.say([423, ["Min-Expires", "600"]]);
    await registered();
    await clock.advance(600_000);
    expect(registrar.requests.map((request) => request.getText("Expires"))).toEqual(["60", "600", "600"]);
    await expectNothingLeft();
  });

  test.each([
    ["without Min-Expires", []],
    ["with one that was asked for already", [["Min-Expires", "60"]]],
  ] as const)("423 %s is a refusal, not a loop", async (_, headers) => {
    const { clock, registrar, registration, heard, expectNothingLeft } = await registrationSetUp({ expiresSeconds: 60 });
    registrar.rule = () => [423, ...headers];
    registration.register();
    await clock.advance(100_000);
    expect(registrar.requests).toHaveLength(1);
    expect(heard).toEqual(["Pending", "Failed 423"]);
    await expectNothingLeft();
  });

  test("3xx: the best SIP contact is registered with, refreshes too; when it fails, the first registrar again (§8.1.3.4)", async () => {
    const parts = await registrationSetUp();
    const { clock, environment, registrar, registered, registration, expectNothingLeft } = parts;
    const other = await new ScriptedRegistrar(virtualEnvironment({ host: "10.0.0.3", beside: environment })).listen();
    other.rule = keepFor(100);
    registrar.say([302, ["Contact", "<mailto:a@b>;q=1, <sip:10.0.0.4>;q=0.1, <sip:x@10.0.0.3>;q=0.9"]]);
    await registered();
    await clock.advance(160_000);
    expect(other.requests.length).toBeGreaterThanOrEqual(3);
    expect(other.last.requestUriText).toBe("sip:10.0.0.3");
    expect(registrar.requests).toHaveLength(1);
    await other.close();
    await clock.advance(120_000);
    expect(registration.status).toBe("Active");
    expect(registrar.requests.length).toBeGreaterThanOrEqual(2);
    await expectNothingLeft();
  });

  test("registrars that send to each other are left in the end", async () => {
    const { clock, registrar, registration, heard, expectNothingLeft } = await registrationSetUp();
    registrar.rule = () => [302, ["Contact", "<sip:10.0.0.2>"]];
    registration.register();
    await clock.advance(1_000);
    expect(registrar.requests).toHaveLength(5);
    expect(heard).toEqual(["Pending", "Failed 302"]);
    await expectNothingLeft();
  });

  test("407 of a proxy and 401 of the registrar are both answered; refreshes and un-registration bring both answers along", async () => {
    const queries: CredentialQuery[] = [];
    const get = (query: CredentialQuery): typeof account => (queries.push(query), account);
    const { clock, registrar, registered, registration, expectNothingLeft } = await registrationSetUp({ agent: { credentials: { get } } });
    registrar.say([407, ["Proxy-Authenticate", challenge({ realm: "proxy" })]], [401, ["WWW-Authenticate", challenge()]]);
    registrar.rule = keepFor(100);
    await registered();
    expect(registrar.requests.map((r) => [r.has("Proxy-Authorization"), r.has("Authorization")])).toEqual([
      [false, false],
      [true, false],
      [true, true],
    ]);
    await clock.advance(80_000);
    registration.unregister();
    await clock.advance(100);
    expect(registrar.requests).toHaveLength(5);
    for (const request of registrar.requests.slice(3))
      expect([request.has("Proxy-Authorization"), request.has("Authorization")]).toEqual([true, true]);
    expect(registrar.last.get(Authorization)!.nc).toBe("00000003");
    expect(queries.map(({ accountId, realm, target, isProxy }) => [accountId, realm, target, isProxy])).toEqual([
      ["work", "proxy", "10.0.0.2", true],
      ["work", "example.com", "10.0.0.2", false],
    ]);
    await expectNothingLeft();
  });

  test("stale, and a new nonce without it, are answered with the password that was taken before: nobody is asked again", async () => {
    let asked = 0;
    const { clock, registrar, registered, registration, expectNothingLeft } = await registrationSetUp({
      agent: { credentials: { get: () => (asked++, account) } },
    });
    registrar.say([401, ["WWW-Authenticate", challenge()]]);
    registrar.rule = keepFor(100);
    await registered();
    registrar.say([401, ["WWW-Authenticate", challenge({ nonce: "nonce2", stale: true })]]);
    await clock.advance(80_000);
    expect(registrar.last.get(Authorization)!.nonce).toBe("nonce2");
    registrar.say([401, ["WWW-Authenticate", challenge({ nonce: "nonce3" })]]);
    await clock.advance(80_000);
    expect(registrar.last.get(Authorization)!.nonce).toBe("nonce3");
    expect(registration.status).toBe("Active");
    expect(asked).toBe(1);
    await expectNothingLeft();
  });

  test("registrars that do not know each other's nonces are tried again later: the password was not refused", async () => {
    const { clock, registrar, registration, heard, expectNothingLeft } = await registrationSetUp({
      agent: { credentials: { get: () => account } },
    });
    registrar.rule = () => [401, ["WWW-Authenticate", challenge({ stale: true })]];
    registration.register();
    await clock.advance(1_000);
    expect(heard).toEqual(["Pending", "Failed 401 retry"]);
    const tries = registrar.requests.length;
    expect(tries).toBeLessThan(7);
    registrar.rule = keepFor(100);
    await clock.advance(5_000);
    expect(heard.slice(2)).toEqual(["Pending 401", "Active"]);
    expect(registrar.requests).toHaveLength(tries + 1);
    await expectNothingLeft();
  });

  test("a password that is refused after it was taken is asked for once more, and then given up", async () => {
    let asked = 0;
    const { clock, registrar, registered, registration, heard, expectNothingLeft } = await registrationSetUp({
      agent: { credentials: { get: () => (asked++, account) } },
    });
    registrar.say([401, ["WWW-Authenticate", challenge()]]);
    registrar.script.push(keepFor(100));
    registrar.rule = () => [401, ["WWW-Authenticate", challenge()]];
    await registered();
    await clock.advance(1_000_000);
    expect(asked).toBe(2);
    expect(heard).toEqual(["Pending", "Active", "Failed 401"]);
    expect(registration.contact).toBeUndefined();
    expect(registrar.requests.length).toBeLessThan(7);
    await expectNothingLeft();
  });
});

describe("Credentials of calls and of registrations", () => {
  test("do not mix: a REGISTER brings none that a proxy asked for in a call, and the password is not asked for twice", async () => {
    let asked = 0;
    const { alice, clock, registrar, registered, registration, expectNothingLeft } = await registrationSetUp({
      agent: { credentials: { get: () => (asked++, account) } },
    });
    registrar.say([401, ["WWW-Authenticate", challenge()]]);
    await registered();
    registrar.say([407, ["Proxy-Authenticate", challenge({ nonce: "of the proxy" })]], [486]);
    alice.call("sip:bob@10.0.0.2", { accountId: "work" });
    await clock.advance(100);
    const invite = registrar.requests.findLast(({ method }) => method === "INVITE")!;
    expect([invite.has("Proxy-Authorization"), invite.has("Authorization")]).toEqual([true, false]);
    registration.register();
    await clock.advance(100);
    expect([registrar.last.has("Proxy-Authorization"), registrar.last.has("Authorization")]).toEqual([false, true]);
    expect(asked).toBe(1);
    await expectNothingLeft();
  });
});

describe("The way to a registrar", () => {
  test("leads through the outbound proxy, with the domain in the Request-URI (§8.1.2, §10.2)", async () => {
    const { alice, clock, registrar, registered, registration, expectNothingLeft } = await registrationSetUp();
    await registered();
    registrar.rule = keepFor(100);
    const proxied = alice.core.registration(
      { registrar: "sip:example.com", addressOfRecord: "sip:alice@example.com", route: ["sip:10.0.0.2;lr"], contactUser: "al" },
      { onRegistrationChanged: () => {} },
    );
    proxied.register();
    await clock.advance(100);
    expect([registrar.last.requestUriText, registrar.last.getText("Route")]).toEqual(["sip:example.com", "<sip:10.0.0.2;lr>"]);
    expect(proxied.status).toBe("Active");
    proxied.close();
    expect(registration.status).toBe("Active");
    await expectNothingLeft();
  });
});
