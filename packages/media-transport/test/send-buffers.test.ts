import { describe, expect, onTestFinished, test } from "vitest";
import { RtpPortAllocator, RtpTransport } from "@sidetone/media-transport";
import { virtualEnvironment, type VirtualEnvironment } from "@sidetone/testkit";

async function openTransport(environment: VirtualEnvironment): Promise<RtpTransport> {
  const user = { onRtp: () => {}, onRtcp: () => {} };
  const ports = new RtpPortAllocator(environment);
  const transport = await RtpTransport.open(environment, { localAddress: environment.network.address, ports, user });
  onTestFinished(() => transport.close());
  return transport;
}

/** Two streams of one thread that send to each other. The network lets go of packets when the clock goes on. */
async function setUp() {
  const environment = virtualEnvironment({ host: "198.51.100.1" });
  const alice = await openTransport(environment);
  const bob = await openTransport(virtualEnvironment({ host: "198.51.100.2", beside: environment }));
  alice.setRemote({ address: "198.51.100.2", port: bob.rtpPort });
  bob.setRemote({ address: "198.51.100.1", port: alice.rtpPort });
  return { alice, bob, clock: environment.clock };
}

describe("send buffers", () => {
  test("are used again once the network has let go of them, and not before", async () => {
    const { clock, alice } = await setUp();
    const used = new Set<Uint8Array>();
    for (let round = 0; round < 20; round++) {
      const slot = alice.acquire(172)!;
      expect(alice.acquire(172)).toBe(slot);
      used.add(slot.bytes);
      alice.sendRtp(slot);
      await clock.advance(20);
    }
    expect(used.size).toBe(1);
  });

  test("are shared by the streams of a thread, and never while the network holds them", async () => {
    const { clock, alice, bob } = await setUp();
    const held = new Set<Uint8Array>();
    for (const transport of [alice, bob, alice, bob]) {
      const slot = transport.acquire(172)!;
      expect(held).not.toContain(slot.bytes);
      held.add(slot.bytes);
      transport.sendRtp(slot);
    }
    await clock.advance(20);
    const again = [alice, bob].map((transport) => transport.acquire(172)!.bytes);
    expect(again[0]).not.toBe(again[1]);
    for (const bytes of again) expect(held).toContain(bytes);
  });

  test("grow to 64 in flight, and then packets are refused and counted", async () => {
    const { clock, alice } = await setUp();
    const slots = new Set<unknown>();
    for (let i = 0; i < 64; i++) {
      const slot = alice.acquire(20)!;
      slots.add(slot.bytes);
      alice.sendRtp(slot);
    }
    expect(slots.size).toBe(64);
    expect(alice.acquire(20)).toBeUndefined();
    expect(alice.stats().sendOverruns).toBe(1);
    await clock.advance(1);
    expect(alice.acquire(20)).toBeDefined();
  });
});
