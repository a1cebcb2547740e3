import type { KeepAlive } from "@sidetone/sip-transport";
import { describe, expect, test } from "vitest";
import { scenario } from "./support/scenario.ts";

/** A call over TCP whose connection dies without a word; Alice keeps it alive, as a registration would. */
async function setUp() {
  const all = await scenario({ alice: { transport: "TCP" }, bob: { transport: "TCP" } });
  const { alice, clock, network } = all;
  const { caller, callee } = await all.establish();
  const target = { transport: "TCP" as const, address: "10.0.0.2", port: 5060, hostName: "10.0.0.2" };
  const flow = await clock.advanceUntil(alice.transports.flowTo(target, { messageBytes: 0, transportIsExplicit: true }));
  const lost: number[] = [];
  alice.transports.keepAlive(flow, { user: { onFlowLost: (_: KeepAlive) => void lost.push(clock.now()) }, isAgreed: true });
  await clock.advance(30_000);
  const cut = (): number => {
    network.partition("10.0.0.2");
    return clock.now();
  };
  /** Lets time pass until the connection is given up, and the network works again. */
  const giveUp = async (): Promise<void> => {
    while (lost.length === 0) await clock.advance(10);
    network.heal();
  };
  return { ...all, caller, callee, flow, lost, cut, giveUp };
}

describe("A TCP connection that dies in silence", () => {
  test("is noticed within 30 s, and a later re-INVITE and BYE go over a new one", async () => {
    const { clock, caller, callee, flow, lost, cut, giveUp, log, expectNothingLeft } = await setUp();
    const cutAtMs = cut();
    await giveUp();
    expect(lost[0]! - cutAtMs).toBeLessThan(30_000);
    expect(flow.isClosed).toBe(true);
    log.clear();
    const modified = caller.usage.modify("modify");
    await clock.advance(100);
    await modified;
    expect(callee.events).toContain("modified");
    caller.usage.terminate();
    await clock.advance(100);
    expect(callee.termination).toMatchObject({ reason: "Bye", endedBy: "remote" });
    expect(new Set(log.entries.filter(({ to }) => to === "bob:5060").map(({ from }) => from)).size).toBe(1);
    expect(log.entries.some(({ from }) => from === `alice:${flow.localPort}`)).toBe(false);
    await expectNothingLeft();
  });

  test("with a BYE on it: it is sent again over a new connection, and the call ends on both sides", async () => {
    const { clock, caller, callee, cut, giveUp, expectNothingLeft } = await setUp();
    cut();
    caller.usage.terminate();
    await clock.advance(1_000);
    expect(callee.termination).toBeUndefined();
    await giveUp();
    await clock.advance(200);
    expect(callee.termination).toMatchObject({ endedBy: "remote" });
    await expectNothingLeft();
  });
});
