import { describePacket, type VirtualNetwork } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { behindNat } from "../support/behind-nat.ts";
import { scenario } from "../support/scenario.ts";

const heldMs = 600_000;

/** When STUN indications went out from addresses that begin so, from now on. */
function indicationsFrom(network: VirtualNetwork, from: string): number[] {
  const times: number[] = [];
  network.onPacket((event) => {
    const isIndication = event.kind === "sent" && describePacket(event).summary === "STUN Binding indication";
    if (isIndication && event.source.address.startsWith(from)) times.push(event.atMs);
  });
  return times;
}

describe("RTP bindings while this side may not send (RFC 6263)", () => {
  test("are kept open through a long hold: what is played to us goes on, and so does the call", async () => {
    const { aliceCallsBob, clock, network, talk, nat } = await behindNat({ account: { expiresSeconds: 60 } }); // the refreshes keep the way open for SIP
    const [alices, bobs] = await aliceCallsBob();
    await talk(alices, bobs);
    const port = nat.mappings.find(({ inside }) => inside.port >= 10_000 && inside.port % 2 === 0)!.publicPort;
    await clock.advanceUntil(bobs.hold()); // sendonly: alice may not send
    const sent = indicationsFrom(network, "192.168.1.10");
    const bobsOwn = indicationsFrom(network, "198.51.100.20");
    const before = alices.statistics()!;
    const { packetsRejected } = bobs.statistics()!;
    await clock.advance(heldMs);
    const after = alices.statistics()!;
    expect(sent).toHaveLength(heldMs / 15_000);
    expect(after.packetsReceived - before.packetsReceived).toBeGreaterThan(heldMs / 20 - 10);
    expect(after.packetsSent).toBe(before.packetsSent);
    expect(bobs.statistics()).toMatchObject({ packetsLost: 0, packetsRejected });
    expect(nat.mappings.some(({ publicPort }) => publicPort === port)).toBe(true);
    await clock.advanceUntil(bobs.resume());
    expect(await talk(alices, bobs)).toEqual([1000, 440]);
    expect(bobs.statistics()).toMatchObject({ packetsLost: 0 });
    expect(bobsOwn).toEqual([]); // bob sends RTP all the time
  });

  test("are nobody's business with nat: off", async () => {
    const pair = await scenario({ both: { nat: "off" } });
    const { bobs } = await pair.connect();
    await pair.settle(bobs.hold());
    const sent = indicationsFrom(pair.network, "10.0.0.");
    await pair.clock.advance(60_000);
    expect(sent).toEqual([]);
  });

  test("are left alone where both sides hold and there is no NAT, and kept where there is one", async () => {
    const direct = await scenario();
    const { call, bobs } = await direct.connect();
    await direct.settle(call.hold());
    await direct.settle(bobs.hold());
    const none = indicationsFrom(direct.network, "10.0.0.");
    await direct.clock.advance(60_000);
    expect(none).toEqual([]);

    const { aliceCallsBob, clock, network } = await behindNat();
    const [alices, behind] = await aliceCallsBob();
    await clock.advanceUntil(alices.hold());
    await clock.advanceUntil(behind.hold());
    const sent = indicationsFrom(network, "192.168.1.10");
    const bobsOwn = indicationsFrom(network, "198.51.100.20");
    await clock.advance(60_000);
    expect(sent).toHaveLength(4);
    expect(bobsOwn).toEqual([]);
  });

  test("are kept by one who only listens, with the first packet at once", async () => {
    const pair = await scenario();
    const { call, bobs } = await pair.connect();
    const sent = indicationsFrom(pair.network, "10.0.0.1");
    const bobsOwn = indicationsFrom(pair.network, "10.0.0.2");
    await pair.settle(bobs.hold());
    const heldAtMs = pair.clock.now();
    expect(call.holding.remote).toBe(true);
    await pair.clock.advance(30_000);
    expect(sent[0]! - heldAtMs).toBeLessThan(50);
    expect(sent[1]! - sent[0]!).toBeCloseTo(15_000, -2);
    expect(bobsOwn).toEqual([]);
  });
});
