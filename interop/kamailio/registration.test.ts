import { setTimeout as delay } from "node:timers/promises";
import { type AccountOptions, type Client, type ClientOptions } from "sidetone";
import { SipTrace } from "sidetone/trace";
import { expect, onTestFailed, onTestFinished, test } from "vitest";
import { kamailioDomain, passwordOf, startKamailio, type Kamailio } from "../peers/kamailio/start-kamailio.ts";
import { eventually } from "../peers/process/eventually.ts";
import { describeWith } from "../peers/process/installed.ts";
import { openClient } from "../under-test/open-client.ts";
import { runSidetone } from "../under-test/run-sidetone.ts";
import { openKamailio } from "./open-kamailio.ts";

type Transport = "UDP" | "TCP";

/** A user of the domain, who registers at `kamailio`. */
function registrant(kamailio: Kamailio, user: string, options: Partial<AccountOptions> = {}): AccountOptions {
  return { uri: `sip:${user}@${kamailioDomain}`, password: passwordOf(user), registrar: `sip:${kamailio.hostPort}`, ...options };
}

async function registered(
  kamailio: Kamailio,
  user: string,
  options: Partial<AccountOptions> = {},
  more: ClientOptions = {},
): Promise<Client> {
  return openClient({ account: registrant(kamailio, user, options), ...more });
}

function traced(): SipTrace {
  const trace = new SipTrace();
  onTestFinished(() => trace.stop());
  onTestFailed(() => console.log(trace.ladder()));
  return trace;
}

const sent = (trace: SipTrace, method: string): string[] =>
  trace.entries.filter(({ text }) => text.startsWith(`${method} `)).map(({ text }) => text);

describeWith(["kamailio"], "an account at a registrar that wants a password", () => {
  for (const { transport, algorithm } of [
    { transport: "UDP", algorithm: "MD5" },
    { transport: "TCP", algorithm: "SHA-256" },
  ] as const) {
    test(`over ${transport}, challenged with ${algorithm}: register, refresh, fetch, un-register`, async () => {
      const trace = traced();
      const kamailio = await openKamailio({ algorithm });
      const client = await registered(kamailio, "alice", { transport });
      const { account } = client;
      const { contact, bindings, expiresAtMs } = account.registration;
      expect(bindings).toMatchObject([{ contact, expiresSeconds: 3600, instanceId: client.instanceId }]);
      expect(contact).toMatch(transport === "TCP" ? /;transport=tcp$/ : /^sip:alice@127\.0\.0\.1:\d+$/);
      await delay(1100);
      expect((await account.register()).expiresAtMs).toBeGreaterThan(expiresAtMs!);
      expect(sent(trace, "REGISTER")).toHaveLength(3); // 401, then the nonce is used again
      expect(await account.fetchBindings()).toMatchObject([{ contact }]);
      await account.unregister();
      expect(account.registration).toMatchObject({ state: "Cancelled", error: undefined });
      expect(await account.fetchBindings()).toEqual([]);
    });

    test(`over ${transport}: a call through it reaches the account that was called, and one from there leaves as it`, async () => {
      const kamailio = await openKamailio();
      const accounts = ["alice", "bob"].map((user) => registrant(kamailio, user, { transport }));
      const desk = await openClient({ account: undefined as never, accounts, media: "external" });
      const caller = await registered(kamailio, "phone", { transport }, { media: "external" });
      const called: string[] = [];
      desk.onIncoming((incoming) => {
        called.push(incoming.account.id);
        incoming.reject(486);
      });
      for (const user of ["bob", "alice"]) await expect(caller.call(user, { sdp: "v=0\r\n" })).rejects.toMatchObject({ code: "CALL_BUSY" });
      expect(called).toEqual([`bob@${kamailioDomain}`, `alice@${kamailioDomain}`]);
      const heard: string[] = [];
      caller.onIncoming((incoming) => {
        heard.push(incoming.remote.uri);
        incoming.reject(603);
      });
      const calling = desk.call("phone", { from: desk.accounts[1]!, sdp: "v=0\r\n" });
      await expect(calling).rejects.toMatchObject({ statusCode: 603 });
      expect(heard).toEqual([`sip:bob@${kamailioDomain}`]);
    });
  }

  test.each([
    ["a wrong password", "alice", "guessed"],
    ["an unknown user", "nobody", "secret-nobody"],
  ])("%s: AUTHENTICATION_FAILED, after one answer to the challenge", async (_, user, password) => {
    const trace = traced();
    const kamailio = await openKamailio();
    await expect(registered(kamailio, user, { password })).rejects.toMatchObject({ code: "AUTHENTICATION_FAILED", statusCode: 401 });
    expect(sent(trace, "REGISTER")).toHaveLength(2);
  });

  test("another's user name is refused, too", async () => {
    const kamailio = await openKamailio();
    const mallory = registered(kamailio, "alice", { username: "bob", password: passwordOf("bob") });
    await expect(mallory).rejects.toMatchObject({ code: "AUTHENTICATION_FAILED" });
  });

  test("423: registered for as long as it demands", async () => {
    const kamailio = await openKamailio({ leastExpiresSeconds: 90 });
    const { account } = await registered(kamailio, "alice", { expiresSeconds: 30 });
    expect(account.registration.bindings).toMatchObject([{ expiresSeconds: 90 }]);
  });

  test("two phones of one user: each knows of the other, and goes without it", async () => {
    const kamailio = await openKamailio();
    const first = await registered(kamailio, "alice");
    const second = await registered(kamailio, "alice", { transport: "TCP" });
    expect(second.account.registration.bindings.map(({ instanceId }) => instanceId).sort()).toEqual(
      [first.instanceId, second.instanceId].sort(),
    );
    await first.close();
    expect(await second.account.fetchBindings()).toMatchObject([{ contact: second.account.registration.contact }]);
  });

  for (const transport of ["UDP", "TCP"] as Transport[]) {
    test(`over ${transport}: the server is killed and restarted, and knows the client again`, async () => {
      const kamailio = await startKamailio();
      const timers = { T1: 50, T2: 400 }; // a time-out within 3.2 s
      const client = await registered(kamailio, "alice", { transport, expiresSeconds: 5 }, { timers });
      const states: string[] = [];
      client.on("registrationChanged", ({ registration }) => states.push(registration.state));
      await kamailio.kill();
      await eventually("the binding has run out", () => states.includes("Expired"), { withinMs: 20_000 });
      const again = await openKamailio({ port: kamailio.port });
      expect(again.port).toBe(kamailio.port);
      await eventually("it is registered again", () => client.account.registration.state === "Active", { withinMs: 30_000 });
      expect(await client.account.fetchBindings()).toMatchObject([{ contact: client.account.registration.contact }]);
    });
  }

  test("npx sidetone register: the binding, and 4 for a wrong password", async () => {
    const kamailio = await openKamailio();
    const args = ["register", `sip:alice@${kamailioDomain}`, "--server", `sip:${kamailio.hostPort}`, "--json"];
    const good = runSidetone(args, { environment: { SIDETONE_PASSWORD: passwordOf("alice") } });
    expect((await good.ended()).exitCode).toBe(0);
    expect(good.ofType("RegistrationReport")).toMatchObject([{ expiresSeconds: 3600, bindings: [{ expiresSeconds: 3600 }] }]);
    const bad = runSidetone(args, { environment: { SIDETONE_PASSWORD: "guessed" } });
    expect((await bad.ended()).exitCode).toBe(4);
  });
});
