import { afterEach, describe, expect, test } from "vitest";
import { twoParties, type Party } from "./parties.ts";

const opened: Party[] = [];

async function setUp({ bobListensOn = ["UDP", "TCP"] as ("UDP" | "TCP")[] } = {}) {
  const [alice, bob] = twoParties();
  opened.push(alice, bob);
  const { clock, virtualNetwork } = alice.environment;
  await alice.transports.listen({ transport: "UDP", address: "10.0.0.1", port: 5060 });
  for (const transport of bobListensOn) await bob.transports.listen({ transport, address: "10.0.0.2", port: 5060 });
  const target = { transport: "UDP", address: "10.0.0.2", port: 5060, hostName: "10.0.0.2" } as const;
  const flowFor = (messageBytes: number, transportIsExplicit = false, signal?: AbortSignal) =>
    clock.advanceUntil(alice.transports.flowTo(target, { messageBytes, transportIsExplicit, ...(signal && { signal }) }));
  return { alice, clock, virtualNetwork, flowFor };
}

afterEach(async () => {
  for (const { transports, environment } of opened.splice(0)) {
    await environment.clock.advanceUntil(transports.close());
    await environment.clock.advance(10);
    expect(environment.network.openSockets).toBe(0);
    expect(environment.clock.pendingTimers).toBe(0);
  }
});

describe("the 1,300-byte rule (RFC 3261 §18.1.1)", () => {
  test("a request of 1,300 bytes goes over UDP, one of 1,301 over TCP", async () => {
    const { flowFor } = await setUp();
    expect((await flowFor(1300)).transport).toBe("UDP");
    expect((await flowFor(1301)).transport).toBe("TCP");
  });

  test("a URI that names its transport is obeyed", async () => {
    const { flowFor } = await setUp();
    expect((await flowFor(9000, true)).transport).toBe("UDP");
  });

  test("refused over TCP, it goes over UDP at once, with a warning", async () => {
    const { alice, clock, flowFor } = await setUp({ bobListensOn: ["UDP"] });
    expect((await flowFor(1301)).transport).toBe("UDP");
    expect(clock.now()).toBeLessThan(10);
    expect(alice.warnings).toMatchObject([{ fields: { target: "10.0.0.2:5060", messageBytes: 1301 } }]);
  });

  test("without an answer to TCP, it goes over UDP after 2 s, and further ones at once for a minute", async () => {
    const { clock, virtualNetwork, flowFor } = await setUp();
    virtualNetwork.partition("10.0.0.1");
    expect((await flowFor(1301)).transport).toBe("UDP");
    expect(clock.now()).toBe(2000);
    expect((await flowFor(1301)).transport).toBe("UDP");
    expect(clock.now()).toBe(2000);
    virtualNetwork.heal();
    await clock.advance(61_000);
    expect((await flowFor(1301)).transport).toBe("TCP");
  });

  test("aborting while TCP is tried rejects with the signal's reason", async () => {
    const { alice, clock, virtualNetwork, flowFor } = await setUp();
    virtualNetwork.partition("10.0.0.1");
    const controller = new AbortController();
    const reason = new Error("no longer wanted");
    clock.setTimer(500, () => controller.abort(reason));
    await expect(flowFor(1301, false, controller.signal)).rejects.toBe(reason);
    expect(clock.now()).toBe(500);
    expect(alice.warnings).toEqual([]);
  });
});
