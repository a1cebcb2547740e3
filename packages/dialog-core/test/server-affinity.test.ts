import { describe, expect, test } from "vitest";
import { ServerAffinity, type Registration } from "@sidetone/dialog-core";
import { hangUp, serverPair, type ServerPair, type ServerPairOptions } from "./support/server-pair.ts";
import type { TestAgent } from "./support/test-agent.ts";

const aor = "sip:alice@example.com";

/** A registration with the two servers, whose affinity Alice's calls share. */
async function setUp(options: ServerPairOptions = {}, isBusy: () => boolean = () => false) {
  const pair = await serverPair(options);
  const { alice, clock } = pair;
  const affinity = new ServerAffinity({ isBusy });
  const registration = alice.core.registration(
    { registrar: pair.uri.replace("desk@", ""), addressOfRecord: aor, contactUser: "alice", expiresSeconds: 3600, affinity },
    { onRegistrationChanged: () => {} },
  );
  const registers = (server: TestAgent): number => pair.sent("REGISTER", server).length;
  const call = async () => {
    const made = alice.call(pair.uri, { affinity });
    for (let ms = 0; ms < 10_000 && made.usage.state !== "Established"; ms += 100) await clock.advance(100);
    expect(made.usage.state).toBe("Established");
    return made;
  };
  const end = async (what: Registration = registration): Promise<void> => {
    what.close();
    await pair.expectNothingLeft();
  };
  registration.register();
  await clock.advance(100);
  expect([registration.status, registers(pair.first), registers(pair.second)]).toEqual(["Active", 1, 0]);
  return { ...pair, pair, affinity, registration, registers, call, end };
}

/** How the first server is lost. */
const faults: Record<string, (pair: ServerPair) => unknown> = {
  "cut off": ({ network }) => network.partition("10.0.0.2"),
  dead: ({ first }) => first.transports.close(),
  unavailable: ({ first }) => (first.refusal = { statusCode: 503 }),
};

for (const transport of ["UDP", "TCP"] as const) {
  describe(`one affinity for a registration and its calls, over ${transport}`, () => {
    test.each(Object.keys(faults))("the server is %s: a call moves, and the registration follows within a second", async (fault) => {
      const { pair, first, second, registers, call, end } = await setUp({ transport });
      await hangUp(pair, await call());
      expect([first.calls.length, second.calls.length]).toEqual([1, 0]);
      await faults[fault]!(pair);
      const moved = await call();
      expect(second.calls).toHaveLength(1);
      await pair.clock.advance(1_000);
      expect(registers(second)).toBe(1);
      await hangUp(pair, moved);
      await end();
    });

    test.each(Object.keys(faults))("the server is %s: the refresh moves, and calls follow", async (fault) => {
      const { pair, first, second, registers, registration, call, clock, end } = await setUp({ transport });
      await faults[fault]!(pair);
      registration.register();
      await clock.advance(5_000);
      expect([registration.status, registers(second)]).toEqual(["Active", 1]);
      const before = clock.now();
      const moved = await call();
      expect(clock.now() - before).toBeLessThanOrEqual(200);
      expect([first.calls.length, second.calls.length]).toEqual([0, 1]);
      await hangUp(pair, moved);
      await end();
    });
  });
}

describe("a registration at the second-best server", () => {
  const atSecond = async (...options: Parameters<typeof setUp>) => {
    const parts = await setUp(...options);
    const { network, registration, clock, registers, second } = parts;
    network.partition("10.0.0.2");
    registration.register();
    await clock.advance(5_000);
    expect(registers(second)).toBe(1);
    return parts;
  };

  test("goes back by a REGISTER after five minutes, and calls go nowhere before it", async () => {
    const { pair, network, clock, first, second, registers, call, end } = await atSecond();
    network.heal();
    await clock.advance(280_000);
    await hangUp(pair, await call());
    expect([registers(first), first.calls.length, second.calls.length]).toEqual([2, 0, 1]); // the one that was lost, and no other
    await clock.advance(60_000);
    expect(registers(first)).toBe(3);
    await hangUp(pair, await call());
    expect([first.calls.length, second.calls.length]).toEqual([1, 1]);
    await clock.advance(3_000_000);
    expect(registers(second)).toBe(1);
    await end();
  });

  test("does not go back in the middle of a call, and does soon after it", async () => {
    let isBusy = true;
    const { network, clock, first, registers, end } = await atSecond({}, () => isBusy);
    network.heal();
    await clock.advance(600_000);
    expect(registers(first)).toBe(2);
    isBusy = false;
    await clock.advance(11_000);
    expect(registers(first)).toBe(3);
    await end();
  });

  test("stays when the better one is still dead, and tries it again after another five minutes", async () => {
    const { clock, network, first, registration, registers, end } = await atSecond();
    await clock.advance(400_000);
    expect(registers(first)).toBe(3);
    expect(registration.status).toBe("Active");
    network.heal();
    await clock.advance(340_000);
    expect(registers(first)).toBe(4);
    await end();
  });

  test("goes back after the time that the core is given, or never", async () => {
    const soon = await atSecond({ alice: { failover: { failBackMs: 20_000 } } });
    soon.network.heal();
    await soon.clock.advance(60_000);
    expect([soon.registers(soon.first), soon.registers(soon.second)]).toEqual([3, 1]); // not before its half minute is over
    await soon.end();
    const never = await atSecond({ alice: { failover: { failBackMs: Infinity } } });
    never.network.heal();
    await never.clock.advance(2_000_000);
    expect(never.registers(never.first)).toBe(2);
    await never.end();
  });
});

describe("a Service-Route with the address of one server (RFC 3608)", () => {
  const serviceRoute = "<sip:10.0.0.2:5060;transport=udp;lr>";

  test("is left out when that server is silent: the call goes by the name to the other", async () => {
    const { pair, alice, clock, network, first, second, affinity, registers, end } = await setUp();
    network.partition("10.0.0.2");
    const call = alice.call("sip:desk@example.com", { affinity, route: [serviceRoute] });
    await clock.advance(6_000);
    expect(call.usage.state).toBe("Established");
    expect(pair.sent("INVITE", first)[0]).toContain(`Route: ${serviceRoute}`);
    expect(pair.sent("INVITE", second)[0]).not.toContain("Route:");
    expect(registers(second)).toBe(1);
    await hangUp(pair, call);
    // Before the registration has told another, it is not even tried.
    const again = alice.call("sip:desk@example.com", { affinity, route: [serviceRoute] });
    await clock.advance(100);
    expect(again.usage.state).toBe("Established");
    await hangUp(pair, again);
    await end();
  });

  test("is left out when no connection comes up there", async () => {
    const { pair, alice, clock, first, second, affinity, registers, end } = await setUp({ transport: "TCP" });
    await first.transports.close();
    await clock.advance(10);
    const call = alice.call("sip:desk@example.com", { affinity, route: ["<sip:10.0.0.2:5060;transport=tcp;lr>"] });
    await clock.advance(1_500);
    expect(call.usage.state).toBe("Established");
    expect([second.calls.length, registers(second)]).toEqual([1, 1]);
    await hangUp(pair, call);
    await end();
  });

  test("behind an outbound proxy's name, too", async () => {
    const { pair, alice, clock, network, second, affinity, end } = await setUp();
    network.partition("10.0.0.2");
    const proxy = "<sip:example.com;transport=udp;lr>";
    const call = alice.call("sip:desk@example.com", { affinity, route: [proxy, serviceRoute] });
    await clock.advance(6_000);
    expect(call.usage.state).toBe("Established");
    expect(pair.sent("INVITE", second)[0]).toContain(`Route: ${proxy}`);
    expect(pair.sent("INVITE", second)[0]).not.toContain("10.0.0.2");
    await hangUp(pair, call);
    await end();
  });

  test("stays in a route that comes from elsewhere", async () => {
    const pair = await serverPair();
    pair.network.partition("10.0.0.2");
    const call = pair.alice.call("sip:desk@example.com", { route: ["<sip:example.com;transport=udp;lr>", serviceRoute] });
    await pair.clock.advance(6_000);
    expect(pair.sent("INVITE", pair.second)[0]).toContain(serviceRoute);
    await hangUp(pair, call);
    await pair.expectNothingLeft();
  });

  test("stays where no registration knows another server: the call has the time that a transaction has", async () => {
    const pair = await serverPair();
    pair.network.partition("10.0.0.2");
    const call = pair.alice.call("sip:desk@example.com", { affinity: new ServerAffinity(), route: [serviceRoute] });
    await pair.clock.advance(20_000);
    expect([pair.second.calls.length, call.usage.state]).not.toContain("Established");
    await pair.clock.advance(20_000);
    expect(call.events.at(-1)).toMatch(/Failed|Timeout/);
    await pair.expectNothingLeft();
  });
});

describe("an affinity without a registration", () => {
  test("tries the better server once in five minutes, as long as that is dead", async () => {
    const pair = await serverPair();
    const { alice, clock, network, first, second, sent } = pair;
    const affinity = new ServerAffinity();
    const options = () => clock.advanceUntil(alice.core.request({ method: "OPTIONS", requestUri: pair.uri, affinity }));
    network.partition("10.0.0.2");
    await options();
    await clock.advance(300_000);
    await options();
    expect([sent("OPTIONS", first).length, sent("OPTIONS", second).length]).toEqual([2, 2]);
    await clock.advance(200_000); // it is not avoided any more
    await options();
    expect([sent("OPTIONS", first).length, sent("OPTIONS", second).length]).toEqual([2, 3]);
    await pair.expectNothingLeft();
  });
});

describe("a dialog whose server has died", () => {
  test("moves, and the registration at that server with it", async () => {
    const { pair, clock, network, second, registers, call, end } = await setUp();
    const made = await call();
    network.partition("10.0.0.2");
    Object.assign((made.usage as unknown as { dialog: object }).dialog, { routeSet: ["<sip:example.com;transport=udp;lr>"] });
    made.usage.terminate();
    await clock.advance(6_000);
    expect(pair.sent("BYE", second)).toHaveLength(1);
    expect(registers(second)).toBe(1);
    pair.first.lastCall.usage.terminate();
    await end();
  });
});
