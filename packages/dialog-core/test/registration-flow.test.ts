import {
  Contact,
  createResponse,
  parseMessage,
  serializeMessage,
  withReceived,
  type ContactAddress,
  type SipRequest,
} from "@sidetone/sip-core";
import { virtualEnvironment, type VirtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { instanceId, registrationSetUp, type RegistrationSetUp } from "./support/registration-set-up.ts";
import { keep, keepFor } from "./support/scripted-registrar.ts";

const outbound = { instanceId, regId: 1, keepAlive: {} };
const lineEnd = "\r\n";

/** 200 of a registrar that has stored the flow. */
const storesFlow =
  (...headers: [string, string][]) =>
  (request: SipRequest) =>
    [...keep(request)!, ["Require", "outbound"], ...headers] as const;

async function setUp(options: RegistrationSetUp = {}) {
  const all = await registrationSetUp({ ...outbound, ...options });
  const { registrar } = all;
  const kept = () => registrar.keepAlives.map(({ data }) => (data.toString() === lineEnd ? "CRLF" : data[0] === 0 ? "STUN" : "?"));
  const gaps = () => registrar.keepAlives.map(({ atMs }, i, list) => atMs - (list[i - 1]?.atMs ?? atMs)).slice(1);
  return { ...all, kept, gaps };
}

const contactParameters = (request: SipRequest) => (request.getAll(Contact)[0] as ContactAddress).parameters;
const contactUri = (request: SipRequest) => (request.getAll(Contact)[0] as ContactAddress).uri.toString();

describe("A REGISTER for outbound (RFC 5626 §4.2)", () => {
  test("offers outbound and path, names instance and flow, and offers keep-alive in its Via (RFC 6223 §4.2)", async () => {
    const { registrar, registered, expectNothingLeft } = await setUp();
    await registered();
    const { last } = registrar;
    expect(last.getAllText("Supported")).toEqual(["path, outbound"]);
    expect(contactParameters(last).get("+sip.instance")).toBe(`<${instanceId}>`);
    expect(contactParameters(last).getInteger("reg-id")).toBe(1);
    expect(last.topVia.parameters.get("keep")).toBe("");
    expect(contactUri(last)).not.toContain("ob");
    await expectNothingLeft();
  });

  test("says nothing of it where flows are not kept alive", async () => {
    const { registrar, registered, kept, clock, expectNothingLeft } = await setUp({ keepAlive: undefined });
    await registered();
    expect(registrar.last.getAllText("Supported")).toEqual(["path"]);
    expect(registrar.last.topVia.parameters.has("keep")).toBe(false);
    await clock.advance(200_000);
    expect(kept()).toEqual([]);
    await expectNothingLeft();
  });

  test("goes without outbound when the first hop lacks it: 439 (RFC 5626 §4.2.1)", async () => {
    const { registrar, registered, heard, expectNothingLeft } = await setUp();
    registrar.say([439]);
    await registered();
    expect(heard).toEqual(["Pending", "Active"]);
    expect(registrar.requests.map((request) => request.getText("Supported"))).toEqual(["path, outbound", "path"]);
    expect(contactParameters(registrar.last).has("reg-id")).toBe(false);
    expect(contactParameters(registrar.last).has("+sip.instance")).toBe(true);
    await expectNothingLeft();
  });

  test("430 is tried again soon: another flow may do (RFC 5626 §11.5)", async () => {
    const { registrar, registration, clock, expectNothingLeft } = await setUp();
    registrar.say([430]);
    registration.register();
    await clock.advance(4_100);
    expect(registration.status).toBe("Active");
    await expectNothingLeft();
  });
});

describe("What the 2xx says about keep-alive", () => {
  test("nothing: line ends over UDP", async () => {
    const { registered, kept, gaps, clock, expectNothingLeft } = await setUp();
    await registered();
    await clock.advance(120_000);
    expect(new Set(kept())).toEqual(new Set(["CRLF"]));
    expect(Math.max(...gaps())).toBeLessThanOrEqual(25_000);
    await expectNothingLeft();
  });

  test("Require: outbound: STUN, often enough to know of a dead flow within 30 s, whatever Flow-Timer allows", async () => {
    const { registrar, registered, kept, gaps, clock, expectNothingLeft } = await setUp();
    registrar.rule = storesFlow(["Flow-Timer", "120"]);
    await registered();
    await clock.advance(200_000);
    expect(new Set(kept())).toEqual(new Set(["STUN"]));
    expect(Math.max(...gaps())).toBeLessThanOrEqual(19_010);
    expect(Math.min(...gaps())).toBeGreaterThanOrEqual(15_200);
    await expectNothingLeft();
  });

  test.each([
    ["a short Flow-Timer (RFC 5626 §4.4)", {}, storesFlow(["Flow-Timer", "10"]), undefined, 8_000, 10_010],
    ["a short `keep` (RFC 6223 §4.3)", {}, keep, "12", 9_600, 12_010],
    ["a Flow-Timer shorter than what the user wants", { intervalMs: 40_000 }, storesFlow(["Flow-Timer", "30"]), undefined, 24_000, 30_010],
    ["what the user wants", { intervalMs: 40_000 }, storesFlow(["Flow-Timer", "120"]), undefined, 32_000, 40_010],
  ] as const)("%s decides on the interval", async (_, keepAlive, rule, keepValue, least, most) => {
    const { registrar, registered, kept, gaps, clock, expectNothingLeft } = await setUp({ keepAlive });
    registrar.rule = rule;
    if (keepValue) registrar.rewrite = (response) => response.replace(";keep", `;keep=${keepValue}`);
    await registered();
    await clock.advance(300_000);
    expect(new Set(kept())).toEqual(new Set(["STUN"]));
    expect(Math.min(...gaps())).toBeGreaterThanOrEqual(least);
    expect(Math.max(...gaps())).toBeLessThanOrEqual(most);
    await expectNothingLeft();
  });

  test("a `keep` without a value is only our own, come back", async () => {
    const { registered, kept, clock, expectNothingLeft } = await setUp();
    await registered();
    await clock.advance(30_000);
    expect(kept()).toEqual(["CRLF"]);
    await expectNothingLeft();
  });
});

describe("Contact of a call over an outbound flow (RFC 5626 §4.3)", () => {
  test("carries ob, in the INVITE and in the answer to one, as long as the flow is registered", async () => {
    const { alice, registrar, registration, registered, clock, expectNothingLeft } = await setUp();
    registrar.rule = (request) => (request.method === "REGISTER" ? storesFlow()(request) : [486]);
    await registered();
    alice.call("sip:bob@10.0.0.2");
    await clock.advance(100);
    expect(contactUri(registrar.last)).toBe("sip:alice@10.0.0.1:5060;ob");
    registration.register();
    await clock.advance(100);
    expect(contactUri(registrar.last)).toBe("sip:alice@10.0.0.1:5060");
    expect(registration.status).toBe("Active");
    registration.unregister();
    await clock.advance(100);
    alice.call("sip:bob@10.0.0.2");
    await clock.advance(100);
    expect(contactUri(registrar.last)).toBe("sip:alice@10.0.0.1:5060");
    await expectNothingLeft();
  });

  test("does not, where the registrar has not stored the flow", async () => {
    const { alice, registrar, registered, clock, expectNothingLeft } = await setUp();
    registrar.rule = (request) => (request.method === "REGISTER" ? keep(request) : [486]);
    await registered();
    alice.call("sip:bob@10.0.0.2");
    await clock.advance(100);
    expect(contactUri(registrar.last)).not.toContain("ob");
    await expectNothingLeft();
  });
});

describe("A flow that fails (RFC 5626 §4.5)", () => {
  test("is replaced at once, and its user hears of it", async () => {
    const { registrar, registered, registration, clock, heard, expectNothingLeft } = await setUp();
    registrar.rule = storesFlow();
    await registered();
    await clock.advance(100_000);
    registrar.answersStun = false;
    registrar.rule = (request) => {
      registrar.answersStun = true;
      return storesFlow()(request);
    };
    await clock.advance(29_010);
    expect(heard).toEqual(["Pending", "Active", "Pending", "Active"]);
    expect(registrar.requests).toHaveLength(2);
    expect(registration.error).toBeUndefined();
    await expectNothingLeft();
  });

  test("again and again is tried with growing waits", async () => {
    const { registrar, registered, clock, heard, expectNothingLeft } = await setUp();
    registrar.rule = storesFlow();
    registrar.answersStun = false;
    await registered();
    await clock.advance(120_000);
    const starts = registrar.requests.map((_, i) => registrar.times[i]!);
    const waits = starts.slice(1).map((time, i) => time - starts[i]! - 10_000);
    expect(waits[0]).toBeLessThan(100);
    expect(waits[1]).toBeGreaterThanOrEqual(2_000);
    expect(waits[2]).toBeGreaterThanOrEqual(4_000);
    expect(waits[3]).toBeGreaterThanOrEqual(8_000);
    expect(heard.slice(0, 7)).toEqual(["Pending", "Active", "Pending", "Active", "Failed retry", "Pending", "Active"]);
    await expectNothingLeft();
  });

  test("while the registrar is away is Failed and tried again, not Active", async () => {
    const { registrar, registered, registration, heard, clock, expectNothingLeft } = await setUp();
    registrar.rule = storesFlow();
    await registered();
    registrar.answersStun = false;
    registrar.rule = () => undefined;
    await clock.advance(29_000);
    expect([registration.status, registration.error?.code]).toEqual(["Pending", "DIALOG_FLOW_LOST"]);
    await clock.advance(32_000);
    expect(heard.slice(0, 4)).toEqual(["Pending", "Active", "Pending", "Failed 408 retry"]);
    registrar.answersStun = true;
    registrar.rule = storesFlow();
    await clock.advance(45_000);
    expect(registration.status).toBe("Active");
    await expectNothingLeft();
  });

  test("is not waited for at the end: un-registering ends it", async () => {
    const { registrar, registered, registration, clock, expectNothingLeft } = await setUp();
    registrar.rule = storesFlow();
    await registered();
    registrar.answersStun = false;
    registrar.rule = () => undefined;
    await clock.advance(29_000);
    registration.unregister(1_000);
    await clock.advance(1_000);
    expect(registration.status).toBe("Cancelled");
    await expectNothingLeft();
  });
});

describe("OPTIONS in place of keep-alive", () => {
  const options = { keepAlive: { method: "options" } } as const;
  const pings = (requests: readonly SipRequest[]) => requests.filter(({ method }) => method === "OPTIONS");

  test("goes to the first hop over the flow, and any answer will do", async () => {
    const { registrar, registered, registration, kept, clock, expectNothingLeft } = await setUp(options);
    registrar.rule = (request) => (request.method === "REGISTER" ? keepFor(3_600)(request) : [404]);
    await registered();
    await clock.advance(200_000);
    expect(pings(registrar.requests).length).toBeGreaterThanOrEqual(10);
    expect(pings(registrar.requests).length).toBeLessThanOrEqual(14);
    expect(pings(registrar.requests)[0]!.requestUriText).toBe("sip:10.0.0.2");
    expect(kept()).toEqual([]);
    expect(registration.status).toBe("Active");
    await expectNothingLeft();
  });

  test("finds a dead flow within 30 s, and it is replaced", async () => {
    const { registrar, registered, heard, clock, expectNothingLeft } = await setUp(options);
    registrar.rule = (request) => (request.method === "REGISTER" ? keepFor(3_600)(request) : [200]);
    await registered();
    await clock.advance(100_000);
    registrar.rule = (request) => {
      if (request.method !== "REGISTER") return undefined;
      registrar.rule = () => [200];
      return keepFor(3_600)(request);
    };
    await clock.advance(29_100);
    expect(heard).toEqual(["Pending", "Active", "Pending", "Active"]);
    await expectNothingLeft();
  });

  test("notices a NAT that has rebooted, at a server that knows nothing of STUN", async () => {
    const internet = virtualEnvironment({ host: "10.0.0.99" });
    const nat = internet.virtualNetwork.nat({ kind: "port-restricted", publicAddress: "203.0.113.7" });
    const environment = virtualEnvironment({ host: nat.host("192.168.1.10"), beside: internet });
    const { registrar, registered, registration, heard, clock, expectNothingLeft } = await setUp({ ...options, environment });
    await registered();
    expect(registration.contact).toBe("sip:alice@203.0.113.7:40000");
    await clock.advance(100_000);
    nat.reboot();
    await clock.advance(19_100);
    expect(registration.contact).toBe("sip:alice@203.0.113.7:40001");
    expect(heard).toEqual(["Pending", "Active", "Pending", "Active"]);
    expect(registrar.keepAlives).toEqual([]);
    await expectNothingLeft();
  });
});

describe("A connection", () => {
  /** A registrar over TCP that closes each connection so long after its 200. */
  async function closingRegistrar(environment: VirtualEnvironment, closesAfterMs: () => number) {
    const times: number[] = [];
    const { network, clock } = virtualEnvironment({ host: "10.0.0.3", beside: environment });
    const server = await network.listenStream(
      { address: "10.0.0.3", port: 5060 },
      {
        onConnection: (connection) => ({
          onData: (data) => {
            const request = withReceived(parseMessage(data) as SipRequest, connection.remoteAddress, connection.remotePort);
            times.push(clock.now());
            const [statusCode, ...headers] = keep(request)!;
            connection.send(serializeMessage(createResponse(request, statusCode, { toTag: "r", headers })));
            clock.setTimer(closesAfterMs(), () => void connection.close());
          },
          onDrain: () => {},
          onClosed: () => {},
        }),
        onServerError: () => {},
      },
    );
    return { times, server };
  }

  test("that the server closes is opened again at once, and not in a circle when it closes all of them", async () => {
    const environment = virtualEnvironment({ host: "10.0.0.1" });
    let closesAfterMs = 60_000;
    const { times, server } = await closingRegistrar(environment, () => closesAfterMs);
    const options = { registrar: "sip:10.0.0.3;transport=tcp", environment, keepAlive: undefined };
    const { registration, clock, heard, expectNothingLeft } = await setUp(options);
    registration.register();
    await clock.advance(59_000);
    expect(heard).toEqual(["Pending", "Active"]);
    await clock.advance(2_000);
    expect(heard).toEqual(["Pending", "Active", "Pending", "Active"]);
    closesAfterMs = 50;
    await clock.advance(600_000);
    expect(times.length).toBeLessThan(12);
    await server.close();
    await expectNothingLeft();
  });
});
