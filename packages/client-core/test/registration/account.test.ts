import {
  ClientManager,
  createClient,
  type AccountOptions,
  type Call,
  type Client,
  type ClientOptions,
  type RegistrationInfo,
} from "@sidetone/client-core";
import type { SipRequest } from "@sidetone/sip-core";
import { virtualEnvironment, WireLog, type VirtualClock } from "@sidetone/testkit";
import { describe, expect, onTestFailed, onTestFinished, test } from "vitest";
import { description } from "../support/descriptions.ts";
import { rejection } from "../support/scenario.ts";
import { keepFor, ScriptedRegistrar } from "../support/scripted-registrar.ts";

const challenge = 'Digest realm="example", nonce="abc", algorithm=SHA-256, qop="auth"';
const alice: AccountOptions = { uri: "sip:alice@example.com", registrar: "sip:10.0.0.9", password: "secret" };

/** A client on 10.0.0.1 that is not started, and a registrar on 10.0.0.9. Afterwards nothing of them is left. */
async function setUp(options: ClientOptions = { account: alice }) {
  const environment = virtualEnvironment({ host: "10.0.0.1" });
  const { clock } = environment;
  new WireLog(environment.virtualNetwork).printOnFailure(onTestFailed);
  const registrar = await new ScriptedRegistrar(virtualEnvironment({ host: "10.0.0.9", beside: environment })).listen();
  const clients: Client[] = [];
  onTestFinished(async () => {
    await clock.advanceUntil(Promise.all(clients.map((client) => client.close())));
    await registrar.close();
    await clock.advance(70_000);
    expect(clock.pendingTimers, "timers left").toBe(0);
    expect(environment.network.openSockets, "sockets left").toBe(0);
  });
  const open = async (more: ClientOptions = {}): Promise<Client> => {
    const client = await clock.advanceUntil(createClient({ listen: "10.0.0.1:5060", environment, ...options, ...more }));
    clients.push(client);
    return client;
  };
  const settle = <Value>(promise: Promise<Value>): Promise<Value> => clock.advanceUntil(promise);
  return { environment, clock, registrar, open, settle };
}

/** Lets time pass until the binding of 100 s has run out, and the next try waits for its time. */
async function expired(clock: VirtualClock, manager: ClientManager): Promise<void> {
  await clock.advance(99_000);
  for (let i = 0; manager.getRegistration().state !== "Expired" && i < 1_000; i++) await clock.advance(100);
}

const invite = (requestUri: string, to: string, callId: string): string =>
  `INVITE ${requestUri} SIP/2.0
Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK${callId}
Max-Forwards: 70
From: <sip:carol@example.com>;tag=c
To: <${to}>
Call-ID: ${callId}
CSeq: 1 INVITE
Contact: <sip:carol@10.0.0.9:5060>
Content-Length: 0

`;

describe("createClient with a registrar", () => {
  test("resolves when it is registered, with its password when it is asked, and un-registers at the end", async () => {
    const { registrar, open, settle } = await setUp();
    registrar.say([401, ["WWW-Authenticate", challenge]]);
    const client = await open();
    expect(client.account.registration).toMatchObject({ state: "Active", contact: "sip:alice@10.0.0.1:5060", error: undefined });
    expect(registrar.last.getText("Contact")).toContain(`;+sip.instance="<${client.instanceId}>";reg-id=1`);
    expect(client.instanceId).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    await settle(client.close());
    expect(registrar.last.getText("Expires")).toBe("0");
    expect(registrar.last.has("Authorization")).toBe(true);
    expect(client.account.registration.state).toBe("Cancelled");
  });

  test.each([
    [[401, ["WWW-Authenticate", challenge]] as const, "AUTHENTICATION_FAILED", 401],
    [[403] as const, "REGISTRATION_FAILED", 403],
    [[404] as const, "REGISTRATION_FAILED", 404],
    [[503] as const, "SERVER_UNREACHABLE", 503],
    [undefined, "TIMEOUT", 408],
  ])("rejects when the registrar says %j, and nothing stays open", async (answer, code, statusCode) => {
    const { clock, registrar, environment } = await setUp();
    registrar.rule = () => answer;
    const error = await clock.advanceUntil(rejection(createClient({ account: alice, environment, listen: "10.0.0.1:5060" })));
    expect(error).toMatchObject({ name: "ClientError", code, statusCode });
    expect(String(error)).not.toContain("secret");
    expect(environment.network.openSockets).toBe(0);
    const tries = registrar.requests.length;
    await clock.advance(600_000);
    expect(registrar.requests).toHaveLength(tries);
  });

  test("without one, nothing is registered, and register() says so", async () => {
    const { registrar, open, settle } = await setUp({ account: { uri: "sip:alice@example.com" } });
    const { account } = await open();
    expect(registrar.requests).toEqual([]);
    expect(account.registration).toMatchObject({ state: "Cancelled", registrar: undefined });
    expect(await settle(rejection(account.register()))).toMatchObject({ code: "CONFIG_INVALID" });
    await settle(account.unregister());
  });

  test("stop and start: un-registered, and registered again as the same instance", async () => {
    const { registrar, open, settle } = await setUp();
    const client = await open();
    await settle(client.stop());
    expect(client.account.registration.state).toBe("Cancelled");
    await settle(client.start());
    expect(client.account.registration.state).toBe("Active");
    expect(registrar.requests.map((request) => request.getText("Expires"))).toEqual(["3600", "0", "3600"]);
    const instances = registrar.requests.map((request) => /sip.instance="<(.*?)>"/.exec(request.getText("Contact")!)?.[1]);
    expect(new Set(instances).size).toBe(1);
  });

  test("stop while Pending: start() rejects, and stop waits for nobody longer than 5 s", async () => {
    const { clock, registrar, environment } = await setUp();
    registrar.rule = () => undefined;
    const { ClientBuilder } = await import("@sidetone/client-core");
    const client = await new ClientBuilder({ environment, localSipAddress: "10.0.0.1:5060" }).account(alice).build();
    const started = rejection(client.start());
    await clock.advance(1_000);
    expect(client.getRegistration().state).toBe("Pending");
    const before = clock.now();
    await clock.advanceUntil(client.close());
    expect(clock.now() - before).toBeLessThanOrEqual(5_000);
    expect(await started).toMatchObject({ code: "CLIENT_STOPPED" });
    expect(client.getRegistration().state).toBe("Cancelled");
  });

  test("a dead registrar does not hold up the end of the client", async () => {
    const { clock, registrar, open, settle } = await setUp();
    const client = await open();
    registrar.rule = () => undefined;
    const before = clock.now();
    await settle(client.close());
    expect(clock.now() - before).toBeLessThanOrEqual(5_000);
  });
});

describe("An account's registration", () => {
  const manual: ClientOptions = { account: { ...alice, autoRegister: false, expiresSeconds: 100 } };

  test("register() rejects with the reason and goes on trying; states() tells each change, with time and cause", async () => {
    const { clock, registrar, open, settle } = await setUp(manual);
    const { account } = await open();
    const states: RegistrationInfo[] = [];
    void (async () => {
      for await (const state of account.states()) states.push(state);
    })();
    registrar.say([500], [500]);
    expect(await settle(rejection(account.register()))).toMatchObject({
      code: "REGISTRATION_FAILED",
      statusCode: 500,
      isRecoverable: true,
    });
    expect(account.registration).toMatchObject({ state: "Failed", error: { code: "REGISTRATION_FAILED", statusCode: 500 } });
    expect(account.registration.retryAtMs! - clock.wallNow()).toBeGreaterThan(0);
    await clock.advance(20_000);
    expect(states.map(({ state }) => state)).toEqual(["Pending", "Failed", "Pending", "Failed", "Pending", "Active"]);
    expect(states.at(-1)!.expiresAtMs! - clock.wallNow()).toBeLessThanOrEqual(100_000);
  });

  test("a wrong password is not tried for ever", async () => {
    const { clock, registrar, open, settle } = await setUp(manual);
    const { account } = await open();
    registrar.rule = () => [401, ["WWW-Authenticate", challenge]];
    expect(await settle(rejection(account.register()))).toMatchObject({ code: "AUTHENTICATION_FAILED", isAuthError: true });
    await clock.advance(3_600_000);
    expect(registrar.requests).toHaveLength(2);
    expect(account.registration).toMatchObject({ state: "Failed", retryAtMs: undefined });
  });

  test("the registrar dies and comes back: Active with an error, Expired, Active", async () => {
    const { clock, registrar, open, settle } = await setUp(manual);
    const client = await open();
    const manager = new ClientManager(client);
    await settle(manager.register());
    const events: string[] = [];
    manager.on("RegistrationStatusChanged", ({ previousState, registration }) =>
      events.push(`${previousState} ${registration.state} ${registration.error?.code ?? ""}`.trim()),
    );
    registrar.rule = () => undefined;
    await expired(clock, manager);
    expect(manager.getRegistration()).toMatchObject({ state: "Expired", contact: undefined, error: { code: "REGISTRATION_EXPIRED" } });
    registrar.rule = keepFor(100);
    await clock.advance(120_000);
    expect(manager.getRegistration().state).toBe("Active");
    expect(events.some((event) => event === "Active Expired REGISTRATION_EXPIRED")).toBe(true);
    expect(events.at(-1)).toMatch(/Active$/);
  });

  test("clearExpiredRegistrations gives up what has run out", async () => {
    const { clock, registrar, open, settle } = await setUp(manual);
    const manager = new ClientManager(await open());
    await settle(manager.register());
    registrar.rule = () => undefined;
    await expired(clock, manager);
    expect(await settle(manager.clearExpiredRegistrations())).toBe(1);
    expect(manager.getAllRegistrations().map(({ state }) => state)).toEqual(["Cancelled"]);
    expect(await settle(manager.clearExpiredRegistrations())).toBe(0);
  });

  test("commands: refresh needs a registration, fetchBindings changes none, unregister resolves when it is confirmed", async () => {
    const { registrar, open, settle } = await setUp(manual);
    const manager = new ClientManager(await open());
    expect(await settle(rejection(manager.refreshRegistration()))).toMatchObject({ code: "NOT_REGISTERED", category: "registration" });
    await settle(manager.register("sip:alice@example.com"));
    await settle(manager.refreshRegistration("default"));
    registrar.say([200, ["Contact", "<sip:desk@10.0.0.7>;expires=20, <sip:alice@10.0.0.1:5060>;expires=90"]]);
    expect((await settle(manager.fetchBindings())).map(({ contact }) => contact)).toEqual(["sip:desk@10.0.0.7", "sip:alice@10.0.0.1:5060"]);
    expect(registrar.last.has("Contact")).toBe(false);
    await settle(manager.unregister());
    expect(manager.getRegistration().state).toBe("Cancelled");
    await settle(manager.unregister());
    expect(await settle(rejection(manager.register("bob")))).toMatchObject({ code: "ACCOUNT_NOT_FOUND" });
  });

  test("unregister() that nobody confirms rejects, and is Cancelled all the same", async () => {
    const { registrar, open, settle } = await setUp(manual);
    const { account } = await open();
    await settle(account.register());
    registrar.rule = () => undefined;
    expect(await settle(rejection(account.unregister()))).toMatchObject({ code: "TIMEOUT" });
    expect(account.registration.state).toBe("Cancelled");
  });

  test("an aborted register() stops waiting, and the registration goes on", async () => {
    const { clock, registrar, open } = await setUp(manual);
    const { account } = await open();
    registrar.say(undefined);
    const controller = new AbortController();
    const waiting = rejection(account.register({ signal: controller.signal }));
    await clock.advance(10);
    controller.abort(new Error("enough"));
    expect(await waiting).toMatchObject({ message: "enough" });
    await clock.advance(50_000);
    expect(account.registration.state).toBe("Active");
  });

  test("a listener that registers again at once waits for the next outcome", async () => {
    const { registrar, open, settle } = await setUp(manual);
    const client = await open();
    let again: Promise<unknown> | undefined;
    client.on("registrationChanged", ({ account, registration }) => {
      if (registration.state === "Failed") again ??= account.register();
    });
    registrar.say([500]);
    expect(await settle(rejection(client.account.register()))).toMatchObject({ statusCode: 500 });
    expect(await settle(again!)).toMatchObject({ state: "Active" });
  });

  test("is in the snapshot, which events bring up to date; a filter picks the events of one account", async () => {
    const { applyClientEvent } = await import("@sidetone/client-core");
    const { clock, open, settle } = await setUp({
      accounts: [
        { ...alice, autoRegister: false },
        { ...alice, uri: "sip:bob@example.com", autoRegister: false },
      ],
    });
    const manager = new ClientManager(await open());
    const before = manager.snapshot();
    const bobs = manager.subscribeToEvents({ registrationIds: ["bob@example.com"] });
    await settle(Promise.all([manager.register("alice@example.com"), manager.register("bob@example.com")]));
    await clock.advance(3_000_000);
    let snapshot = before;
    for await (const event of manager.subscribeToEvents({ fromSequence: before.sequence + 1 })) {
      snapshot = applyClientEvent(snapshot, event);
      if (event.sequence === manager.snapshot().sequence) break;
    }
    expect(snapshot.registrations).toEqual(manager.snapshot().registrations);
    expect(snapshot.registrations.map(({ state }) => state)).toEqual(["Active", "Active"]);
    const heard = await bobs.next();
    expect(heard.value).toMatchObject({ type: "RegistrationStatusChanged", registrationId: "bob@example.com", previousState: "Cancelled" });
    await bobs.return();
  });
});

describe("Several accounts", () => {
  const accounts: AccountOptions[] = [
    { uri: "sip:alice@work.example", registrar: "sip:10.0.0.9", password: "work-secret" },
    { uri: "sip:alice@home.example", registrar: "sip:10.0.0.9", password: "home-secret", displayName: "Al", codecs: ["PCMA"] },
  ];

  test("register each on its own, with Contacts that tell them apart, and an incoming call finds its account", async () => {
    const { clock, registrar, open } = await setUp({ accounts });
    const client = await open();
    expect(client.accounts.map(({ id }) => id)).toEqual(["alice@work.example", "alice@home.example"]);
    const contacts = client.accounts.map(({ registration }) => registration.contact);
    expect(contacts).toEqual(["sip:alice@10.0.0.1:5060", "sip:alice-2@10.0.0.1:5060"]);
    const called: string[] = [];
    client.onIncoming((incoming) => {
      called.push(incoming.account.id);
      incoming.reject(486);
    });
    registrar.send(invite(contacts[0]!, "sip:alice@work.example", "1"), "10.0.0.1");
    registrar.send(invite(contacts[1]!, "sip:alice@home.example", "2"), "10.0.0.1");
    registrar.send(invite("sip:alice@home.example", "sip:alice@home.example", "3"), "10.0.0.1");
    registrar.send(invite("sip:10.0.0.1", "sip:alice@home.example", "4"), "10.0.0.1");
    registrar.send(invite("sip:anybody@10.0.0.1", "sip:anybody@10.0.0.1", "5"), "10.0.0.1");
    await clock.advance(50);
    expect(called).toEqual(["alice@work.example", "alice@home.example", "alice@home.example", "alice@home.example", "alice@work.example"]);
  });

  test("have each its own registrar, proxy, user name, password, lifetime and NAT policy", async () => {
    const { environment, clock, registrar, open } = await setUp({ account: alice });
    const proxy = await new ScriptedRegistrar(virtualEnvironment({ host: "10.0.0.8", beside: environment })).listen();
    onTestFinished(() => proxy.close());
    for (const server of [registrar, proxy]) {
      server.rule = (request) => (request.has("Authorization") ? keepFor(100)(request) : [401, ["WWW-Authenticate", challenge]]);
    }
    const asked: unknown[] = [];
    const client = await open({
      account: undefined as never,
      accounts: [
        { uri: "sip:alice@work.example", registrar: "sip:10.0.0.9", password: "work-secret", expiresSeconds: 120, nat: "off" },
        {
          ...{ uri: "sip:alice@home.example", registrar: "sip:home.example", outboundProxy: "sip:10.0.0.8", username: "home-alice" },
          password: (query) => (asked.push(query), Promise.resolve("home-secret")),
          expiresSeconds: 240,
          nat: { publicAddress: "203.0.113.7" },
        },
      ],
    });
    await clock.advance(10);
    const [work, home] = [registrar.last, proxy.last];
    expect([work, home].map(({ requestUriText }) => requestUriText)).toEqual(["sip:10.0.0.9", "sip:home.example"]);
    expect([work, home].map((request) => request.getText("Route"))).toEqual([undefined, "<sip:10.0.0.8;lr>"]);
    expect([work, home].map((request) => request.getText("Expires"))).toEqual(["120", "240"]);
    expect([work, home].map((request) => /username="([^"]*)"/.exec(request.getText("Authorization")!)![1])).toEqual([
      "alice",
      "home-alice",
    ]);
    expect(client.accounts.map(({ registration }) => registration.contact)).toEqual([
      "sip:alice@10.0.0.1:5060",
      "sip:alice-2@203.0.113.7:5060",
    ]);
    expect(asked).toEqual([
      { accountId: "alice@home.example", realm: "example", target: "10.0.0.8", isProxy: false, algorithm: "SHA-256" },
    ]);
  });

  test("a call goes out as the account it is from: identity, route, codecs and password", async () => {
    const { clock, registrar, open, settle } = await setUp({ accounts });
    registrar.rule = (request: SipRequest) => {
      if (request.method === "REGISTER") return keepFor(100, ["Service-Route", "<sip:10.0.0.9;lr>"])(request);
      return request.has("Proxy-Authorization") ? [486] : [407, ["Proxy-Authenticate", challenge]];
    };
    const client = await open();
    for (const from of [client.accounts[1]!, "sip:alice@home.example"]) {
      expect(await settle(rejection(client.call("bob", { from })))).toMatchObject({ code: "CALL_BUSY" });
      const sent = registrar.requests.findLast(({ method }) => method === "INVITE")!;
      expect(sent.requestUriText).toBe("sip:bob@home.example");
      expect(sent.getText("Route")).toBe("<sip:10.0.0.9;lr>");
      expect(sent.getText("From")).toMatch(/^"Al" <sip:alice@home\.example>;tag=/);
      expect(sent.getText("Contact")).toBe("<sip:alice-2@10.0.0.1:5060>");
      expect(sent.getText("Proxy-Authorization")).toContain('username="alice"');
      const media = Buffer.from(sent.body).toString();
      expect(media).toMatch(/m=audio \d+ RTP\/AVP 8 101\r\n/);
    }
    const outgoing = client.dial("bob");
    expect(outgoing.call.account.id).toBe("alice@work.example");
    await clock.advance(100);
    expect(() => client.dial("bob", { from: otherAccount })).toThrow(expect.objectContaining({ code: "ACCOUNT_NOT_FOUND" }));
  });

  test("a call that comes in speaks the codecs of its account, and its BYE brings that account's password", async () => {
    const { clock, registrar, open } = await setUp({ accounts: [accounts[0]!, { ...accounts[1]!, username: "home-alice" }] });
    registrar.rule = (request) => {
      if (request.method === "REGISTER") return keepFor(100)(request);
      return request.has("Authorization") ? [200] : [401, ["WWW-Authenticate", challenge]];
    };
    const client = await open();
    const answered = new Promise<Call>((resolve) => client.onIncoming(async (incoming) => resolve(await incoming.answer())));
    const offer = description("10.0.0.9", 30_000, { formats: "0 8 101" });
    const fields = `CSeq: 1 INVITE\nContact: <sip:carol@10.0.0.9:5060>\nContent-Type: application/sdp\nContent-Length: ${offer.length}\n\n`;
    const [head] = invite("sip:alice-2@10.0.0.1:5060", "sip:alice@home.example", "9").split("CSeq:");
    registrar.send(head! + fields, "10.0.0.1", 5060, offer);
    await clock.advance(20);
    const success = registrar.responses.findLast(({ statusCode }) => statusCode === 200)!;
    const media = Buffer.from(success.body).toString();
    expect(media).toMatch(/m=audio \d+ RTP\/AVP 8 101\r\n/);
    const ack = head!
      .replaceAll("INVITE", "ACK")
      .replace("z9hG4bK9", "z9hG4bK9ack")
      .replace(/To: .*/, `To: ${success.getText("To")}`);
    registrar.send(`${ack}CSeq: 1 ACK\nContent-Length: 0\n\n`, "10.0.0.1");
    await clock.advance(20);
    const call = await answered;
    expect(call.account.id).toBe("alice@home.example");
    await clock.advanceUntil(call.hangUp());
    expect(registrar.last.method).toBe("BYE");
    expect(registrar.last.getText("Authorization")).toContain('username="home-alice"');
  });

  test("another From than an account's own goes out as the first account", async () => {
    const { registrar, open, settle } = await setUp({
      accounts: accounts.map((account) => ({ ...account, outboundProxy: "sip:10.0.0.9" })),
    });
    registrar.rule = (request) => (request.method === "REGISTER" ? keepFor(100)(request) : [486]);
    const client = await open();
    await settle(rejection(client.call("bob", { from: "Reception <sip:100@work.example>" })));
    expect(registrar.last.getText("From")).toMatch(/^"?Reception"? <sip:100@work\.example>;tag=/);
    expect(registrar.last.getText("Contact")).toBe("<sip:alice@10.0.0.1:5060>");
    await settle(client.userAgent.request({ method: "MESSAGE", requestUri: "sip:bob@example.com", accountId: "alice@home.example" }));
    expect(registrar.last.getText("From")).toMatch(/alice@home\.example/);
  });
});

/** One of a client that is not ours. */
const otherAccount = (await createClient({ environment: virtualEnvironment(), accounts: [{ uri: "sip:x@y" }] })).account;
