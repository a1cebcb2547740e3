import { describe, expect, onTestFinished, test } from "vitest";
import { RtpPortAllocator, RtpTransport } from "@sidetone/media-transport";
import { serializeRtcp, writeRtpHeader } from "@sidetone/rtp-core";
import { virtualEnvironment, type VirtualEnvironment } from "@sidetone/testkit";

const [old, next] = ["198.51.100.1", "198.51.100.9"];

async function openParty(environment: VirtualEnvironment) {
  const heard: string[] = [];
  const user = {
    onRtp: (packet: { payload(): Uint8Array }) => void heard.push(Buffer.from(packet.payload()).toString()),
    onRtcp: () => void heard.push("RTCP"),
  };
  const ports = new RtpPortAllocator(environment);
  const transport = await RtpTransport.open(environment, { localAddress: environment.network.address, ports, user });
  onTestFinished(() => transport.close());
  let sequenceNumber = 0;
  const say = (text: string): void => {
    const slot = transport.acquire(12 + text.length)!;
    writeRtpHeader(slot.bytes, 0, false, sequenceNumber++, 160 * sequenceNumber, 0xabc);
    slot.bytes.write(text, 12);
    transport.sendRtp(slot);
  };
  const here = () => ({ address: environment.network.address, port: transport.rtpPort });
  return { transport, heard, say, here };
}

async function setUp() {
  const environment = virtualEnvironment({ host: old });
  const alice = await openParty(environment);
  const bob = await openParty(virtualEnvironment({ host: "198.51.100.2", beside: environment }));
  alice.transport.setRemote(bob.here());
  bob.transport.setRemote(alice.here());
  return { environment, alice, bob, clock: environment.clock };
}

describe("rebind", () => {
  test("moves the stream to another local address: the peer hears it from there, and is heard there, with the counters going on", async () => {
    const { environment, clock, alice, bob } = await setUp();
    alice.say("one");
    await clock.advance(10);
    environment.network.setAddresses(next);
    alice.say("lost");
    await alice.transport.rebind(next);
    bob.transport.setRemote(alice.here());
    expect(alice.transport.localAddress).toBe(next);
    alice.say("two");
    alice.transport.sendRtcp(serializeRtcp([{ type: "RR", ssrc: 0xabc, reportBlocks: [] }]));
    bob.say("heard");
    await clock.advance(10);
    expect([bob.heard, alice.heard]).toEqual([["one", "two", "RTCP"], ["heard"]]);
    expect(alice.transport.stats()).toMatchObject({ rtpSent: 3, rtpReceived: 1 });
    expect(environment.network.openSockets).toBe(2);
  });

  test("that fails changes nothing, and one that comes too late leaves nothing open", async () => {
    const { environment, clock, alice, bob } = await setUp();
    await expect(alice.transport.rebind(next)).rejects.toMatchObject({ code: "NETWORK_ADDRESS_UNAVAILABLE" });
    alice.say("still here");
    await clock.advance(10);
    expect(bob.heard).toEqual(["still here"]);
    const rebinding = alice.transport.rebind(old);
    await alice.transport.close();
    await rebinding;
    expect(environment.network.openSockets).toBe(0);
  });
});
