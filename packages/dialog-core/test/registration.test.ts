import { registrationTable, type RegistrationState } from "@sidetone/dialog-core";
import type { SipRequest } from "@sidetone/sip-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { instanceId, registrationSetUp, seconds } from "./support/registration-set-up.ts";
import { keepFor, ScriptedRegistrar } from "./support/scripted-registrar.ts";
import { TestAgent } from "./support/test-agent.ts";

describe("A registration (RFC 3261 §10.2)", () => {
  test("binds our Contact: Request-URI without user, From and To the address-of-record, Expires, Supported: path", async () => {
    const { registrar, registered, registration, heard, expectNothingLeft } = await registrationSetUp({ instanceId, regId: 1 });
    await registered();
    const { last } = registrar;
    expect([last.method, last.requestUriText]).toEqual(["REGISTER", "sip:10.0.0.2"]);
    expect(last.getText("To")).toBe("<sip:alice@example.com>");
    expect(last.getText("From")).toMatch(/^<sip:alice@example.com>;tag=/);
    expect(last.getText("Contact")).toBe(`<sip:alice@10.0.0.1:5060>;+sip.instance="<${instanceId}>";reg-id=1`);
    expect([last.getText("Expires"), last.getText("Supported")]).toEqual(["3600", "path"]);
    expect(heard).toEqual(["Pending", "Active"]);
    expect(registration.contact).toBe("sip:alice@10.0.0.1:5060");
    expect(registration.bindings).toEqual([
      { contact: "sip:alice@10.0.0.1:5060", expiresSeconds: 3600, q: undefined, instanceId, regId: 1 },
    ]);
    await expectNothingLeft();
  });

  test("is refreshed between 60 and 80 % of the life that was granted, again and again: same Call-ID, rising CSeq", async () => {
    const { clock, registrar, registered, heard, expectNothingLeft } = await registrationSetUp();
    registrar.rule = keepFor(100);
    await registered();
    await clock.advance(1_000_000);
    const { requests, times } = registrar;
    const gaps = times.slice(1).map((time, i) => seconds(time - times[i]!));
    expect(gaps.length).toBeGreaterThanOrEqual(12);
    for (const gap of gaps) expect(gap).toSatisfy((s: number) => s >= 60 && s <= 80.1);
    expect(new Set(gaps).size).toBeGreaterThan(gaps.length / 2);
    expect(new Set(requests.map(({ callId }) => callId)).size).toBe(1);
    expect(requests.map(({ sequenceNumber }) => sequenceNumber)).toEqual(requests.map((_, i) => i + 1));
    expect(new Set(heard.slice(1))).toEqual(new Set(["Active"]));
    await expectNothingLeft();
  });

  test("of many user agents that registered at the same moment, the refreshes are spread over a fifth of the life", async () => {
    const environment = virtualEnvironment();
    const { clock } = environment;
    const registrar = await new ScriptedRegistrar(virtualEnvironment({ host: "10.0.0.2", beside: environment })).listen();
    registrar.rule = keepFor(1000);
    const count = 200;
    const agents = await Promise.all(
      Array.from({ length: count }, async (_, i) => {
        const host = virtualEnvironment({ host: `10.1.${i >> 7}.${(i & 127) + 1}`, beside: environment });
        const agent = new TestAgent("alice", host, {});
        await agent.listen();
        const options = { registrar: "sip:10.0.0.2", addressOfRecord: `sip:${i}@example.com` };
        agent.core.registration(options, { onRegistrationChanged: () => {} }).register();
        return agent;
      }),
    );
    await clock.advance(820_000);
    const refreshes = registrar.times.slice(count).map(seconds);
    expect(refreshes.length).toBe(count);
    const perTenSeconds = Array.from({ length: 20 }, (_, i) => refreshes.filter((s) => Math.floor((s - 600) / 10) === i).length);
    expect(perTenSeconds.reduce((sum, n) => sum + n)).toBeGreaterThanOrEqual(count - 1);
    expect(Math.max(...perTenSeconds)).toBeLessThan(count / 6);
    expect(Math.min(...perTenSeconds)).toBeGreaterThan(0);
    await Promise.all(agents.map(({ core }) => core.close()));
    await Promise.all(agents.map(({ transports }) => transports.close()));
    await registrar.close();
    expect(clock.pendingTimers).toBe(0);
  });

  test("tells every binding of the address-of-record, and knows its own by URI, by instance, or as the only one", async () => {
    for (const [contacts, life] of [
      ["<sip:desk@10.0.0.9>;expires=50;q=0.5, <sip:alice@10.0.0.1:5060>;expires=70", 70],
      [`<sip:desk@10.0.0.9>;expires=50, <sip:x@gw>;expires=80;+sip.instance="<${instanceId}>"`, 80],
      ["<sip:rewritten@10.0.0.2>;expires=90", 90],
    ] as const) {
      const { clock, registrar, registered, registration, expectNothingLeft } = await registrationSetUp({ instanceId });
      registrar.rule = () => [200, ["Contact", contacts]];
      await registered();
      expect(registration.bindings).toHaveLength(contacts.split(", ").length);
      expect(Math.round(seconds(registration.expiresAtMs! - clock.now()))).toBe(life);
      await expectNothingLeft();
    }
  });

  test("keeps to the Expires header field where the Contact says nothing, and to its own wish where nothing does", async () => {
    for (const [headers, life] of [
      [[["Expires", "120"]], 120],
      [[], 3600],
    ] as const) {
      const { clock, registrar, registered, registration, expectNothingLeft } = await registrationSetUp();
      registrar.rule = (request) => [200, ["Contact", request.getText("Contact")!], ...headers];
      await registered();
      expect(Math.round(seconds(registration.expiresAtMs! - clock.now()))).toBe(life);
      await expectNothingLeft();
    }
  });

  test("a 2xx that keeps nothing is a failure, and is tried again", async () => {
    const { clock, registrar, registration, heard, expectNothingLeft } = await registrationSetUp();
    registrar.say([200, ["Contact", "<sip:alice@10.0.0.1:5060>;expires=0"]]);
    registration.register();
    await clock.advance(5_000);
    expect(heard).toEqual(["Pending", "Failed 500 retry", "Pending 500", "Active"]);
    await expectNothingLeft();
  });

  test("Service-Route of the latest 2xx is the one that counts (RFC 3608 §6.1)", async () => {
    const { clock, registrar, registered, registration, expectNothingLeft } = await registrationSetUp();
    registrar.say(keepFor(100, ["Service-Route", "<sip:a.example.com;lr>, <sip:b.example.com;lr>"])(await firstRequest()));
    registrar.rule = keepFor(100);
    await registered();
    expect(registration.serviceRoute).toEqual(["<sip:a.example.com;lr>", "<sip:b.example.com;lr>"]);
    await clock.advance(80_000);
    expect(registration.serviceRoute).toEqual([]);
    await expectNothingLeft();
  });
});

/** Any REGISTER with Alice's Contact. */
async function firstRequest(): Promise<SipRequest> {
  const { registrar, registered, expectNothingLeft } = await registrationSetUp();
  await registered();
  await expectNothingLeft();
  return registrar.last;
}

describe("A registrar that refuses, or is not there", () => {
  test.each([401, 403, 404, 405, 400, 501, 603])("%i is not tried again", async (statusCode) => {
    const { clock, registrar, registration, heard, expectNothingLeft } = await registrationSetUp();
    registrar.rule = () => [statusCode];
    registration.register();
    await clock.advance(3_600_000);
    expect(registrar.requests).toHaveLength(1);
    expect(heard).toEqual(["Pending", `Failed ${statusCode}`]);
    expect(registration.error).toMatchObject({ code: "DIALOG_REFUSED", statusCode });
    registration.register(); // whoever knows better may
    await clock.advance(10);
    expect(registrar.requests).toHaveLength(2);
    await expectNothingLeft();
  });

  test("500 is tried again after 2–4 s, 4–8 s, 8–16 s … and at most every 5 min (RFC 5626 §4.5)", async () => {
    const { clock, registrar, registration, heard, expectNothingLeft } = await registrationSetUp();
    registrar.rule = () => [500];
    registration.register();
    await clock.advance(3_600_000);
    const gaps = registrar.times.slice(1).map((time, i) => seconds(time - registrar.times[i]!));
    gaps.forEach((gap, i) => {
      const upper = Math.min(300, 4 * 2 ** i);
      expect(gap).toSatisfy((s: number) => s >= upper / 2 && s <= upper + 0.1, `try ${i + 2} after ${gap} s`);
    });
    expect(gaps.length).toBeGreaterThan(15);
    expect(heard.slice(0, 4)).toEqual(["Pending", "Failed 500 retry", "Pending 500", "Failed 500 retry"]);
    expect(registration.retryAtMs).toBeGreaterThan(clock.now());
    await expectNothingLeft();
  });

  test("after a success the back-off begins anew", async () => {
    const { clock, registrar, registration, expectNothingLeft } = await registrationSetUp();
    registrar.say([500], [500], [500], [500]);
    registration.register();
    await clock.advance(100_000);
    expect(registration.status).toBe("Active");
    registrar.say([500]);
    registration.register();
    await clock.advance(100);
    expect(registration.status).toBe("Active");
    expect(registration.retryAtMs! - clock.now()).toBeLessThanOrEqual(4_000);
    await expectNothingLeft();
  });

  test("Retry-After is honoured, with a little more", async () => {
    const { clock, registrar, registration, expectNothingLeft } = await registrationSetUp();
    registrar.say([503, ["Retry-After", "120 (restarting)"]], [403, ["Retry-After", "600"]]);
    registration.register();
    await clock.advance(1_000_000);
    const gaps = registrar.times.slice(1, 3).map((time, i) => seconds(time - registrar.times[i]!));
    expect(gaps[0]).toSatisfy((s: number) => s >= 120 && s <= 132.1);
    expect(gaps[1]).toSatisfy((s: number) => s >= 600 && s <= 660.1);
    expect(registration.status).toBe("Active");
    await expectNothingLeft();
  });

  test("silence: a time-out after 64·T1, tried again until somebody answers", async () => {
    const { clock, registrar, registration, heard, expectNothingLeft } = await registrationSetUp();
    registrar.rule = () => undefined;
    registration.register();
    await clock.advance(33_000);
    expect(heard).toEqual(["Pending", "Failed 408 retry"]);
    registrar.rule = keepFor(100);
    await clock.advance(40_000);
    expect(heard.at(-1)).toBe("Active");
    await expectNothingLeft();
  });

  test("a name that nobody knows is a failure like another", async () => {
    const { clock, registration, heard, expectNothingLeft } = await registrationSetUp({ registrar: "sip:nowhere.invalid" });
    registration.register();
    await clock.advance(100);
    expect(heard).toEqual(["Pending", "Failed 503 retry"]);
    await expectNothingLeft();
  });

  test("dead while registered: the binding runs out in its time, and comes back with the server", async () => {
    const { clock, registrar, registered, registration, heard, expectNothingLeft } = await registrationSetUp();
    registrar.rule = keepFor(100);
    await registered();
    registrar.rule = () => undefined;
    await clock.advance(99_000);
    expect(registration.status).toBe("Active"); // the registrar, wherever it is, still holds it
    await clock.advance(2_000);
    expect(registration.status).toBe("Expired");
    expect(registration.contact).toBeUndefined();
    await clock.advance(120_000);
    registrar.rule = keepFor(100);
    await clock.advance(60_000);
    expect(registration.status).toBe("Active");
    const states = heard.map((text) => text.split(" ")[0]);
    expect(states.filter((state) => state === "Expired").length).toBeGreaterThanOrEqual(1);
    expect(states.at(-1)).toBe("Active");
    await expectNothingLeft();
  });
});

describe("An end of a registration", () => {
  test("removes our own binding and no other (§10.2.2)", async () => {
    const { clock, registrar, registered, registration, heard, expectNothingLeft } = await registrationSetUp({ instanceId });
    await registered();
    registration.unregister();
    await clock.advance(100);
    expect(registrar.last.getAllText("Contact")).toEqual([`<sip:alice@10.0.0.1:5060>;+sip.instance="<${instanceId}>";expires=0`]);
    expect(registrar.last.getText("Expires")).toBe("0");
    expect(heard).toEqual(["Pending", "Active", "Pending", "Cancelled"]);
    expect(registration.error).toBeUndefined();
    await clock.advance(4_000_000);
    expect(registrar.requests).toHaveLength(2);
    await expectNothingLeft();
  });

  test("waits 5 s for a registrar that does not answer, and no longer", async () => {
    const { clock, registrar, registered, registration, heard, expectNothingLeft } = await registrationSetUp();
    await registered();
    registrar.rule = () => undefined;
    registration.unregister();
    await clock.advance(4_999);
    expect(registration.status).toBe("Pending");
    await clock.advance(1);
    expect(heard.at(-1)).toBe("Cancelled 408");
    await clock.advance(100_000);
    expect(heard.at(-1)).toBe("Cancelled 408");
    await expectNothingLeft();
  });

  test("while the first REGISTER has no answer: two at a time are forbidden, so the removal waits for it (§10.2)", async () => {
    const { clock, registrar, registration, heard, expectNothingLeft } = await registrationSetUp();
    registrar.say(undefined);
    registration.register();
    await clock.advance(100);
    registration.unregister();
    await clock.advance(100);
    expect(registrar.requests).toHaveLength(1);
    await clock.advance(4_900);
    expect(heard).toEqual(["Pending", "Cancelled 408"]);
    await expectNothingLeft();
  });

  test("wanted before the 2xx has come, goes out behind it", async () => {
    const { clock, registrar, registration, heard, expectNothingLeft } = await registrationSetUp();
    registration.register();
    await clock.advance(0);
    registration.unregister();
    await clock.advance(1_000);
    expect(registrar.requests.map((request) => request.getText("Expires"))).toEqual(["3600", "0"]);
    expect(heard).toEqual(["Pending", "Cancelled"]);
    await expectNothingLeft();
  });

  test("that is taken back registers again behind the removal", async () => {
    const { clock, registrar, registered, registration, heard, expectNothingLeft } = await registrationSetUp();
    await registered();
    registration.unregister();
    registration.register();
    await clock.advance(100);
    expect(registrar.requests.map((request) => request.getText("Expires"))).toEqual(["3600", "0", "3600"]);
    expect(heard).toEqual(["Pending", "Active", "Pending", "Active"]);
    await expectNothingLeft();
  });

  test("of one that is tried again later is at once, without a message", async () => {
    const { registrar, registration, clock, heard, expectNothingLeft } = await registrationSetUp();
    registrar.rule = () => [500];
    registration.register();
    await clock.advance(100);
    registration.unregister();
    expect(heard).toEqual(["Pending", "Failed 500 retry", "Cancelled"]);
    await clock.advance(100_000);
    expect(registrar.requests).toHaveLength(1);
    await expectNothingLeft();
  });
});

describe("The table of a registration", () => {
  test("every row but the resting ones can be closed, and knows what to do when somebody wants it or not", () => {
    const resting: RegistrationState[] = ["Cancelled"];
    for (const [state, row] of Object.entries(registrationTable)) {
      if (resting.includes(state as RegistrationState)) continue;
      expect(row.close?.[0], state).toBe("Cancelled");
      const underWay = ["Registering", "Refreshing", "Recovering", "Renewing", "Restarting"].includes(state);
      if (!underWay) expect(row.register, state).toBeDefined();
      if (!["Stopping", "Unregistering"].includes(state)) expect(row.unregister, state).toBeDefined();
    }
  });
});

describe("Options of a registration", () => {
  test.each([
    { registrar: "example.com" },
    { registrar: "sip:alice@example.com" },
    { addressOfRecord: "alice" },
    { instanceId: 'urn:uuid:"' },
    { instanceId: "f81d4fae" },
    { regId: 1 },
    { instanceId, regId: 0 },
    { expiresSeconds: 0 },
    { expiresSeconds: 1.5 },
    { retryDelayMs: 0 },
    { retryDelayMs: 10, maxRetryDelayMs: 5 },
    { keepAlive: { intervalMs: 0 } },
    { keepAlive: { method: "ping" as "auto" } },
  ])("%j is DIALOG_OPTION", async (options) => {
    await expect(registrationSetUp(options)).rejects.toMatchObject({ code: "DIALOG_OPTION" });
  });
});
