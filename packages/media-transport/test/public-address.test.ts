import { afterEach, describe, expect, test } from "vitest";
import type { DatagramSocket } from "@sidetone/infra-common";
import { RtpPortAllocator, RtpTransport, type RtpTransportOptions } from "@sidetone/media-transport";
import { writeRtpHeader, type RtpPacketView } from "@sidetone/rtp-core";
import { BindingServer, StunWriter } from "@sidetone/stun-core";
import { virtualEnvironment, type NatKind, type NatOptions, type VirtualEnvironment } from "@sidetone/testkit";

const publicAddress = "203.0.113.1";
const server = { address: "198.51.100.1", port: 3478 };
const peerAddress = "198.51.100.9";
const natKinds: readonly NatKind[] = ["full-cone", "restricted", "port-restricted", "symmetric"];

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function openTransport(environment: VirtualEnvironment, options: Partial<RtpTransportOptions> = {}) {
  const heard: string[] = [];
  const other: string[] = [];
  const transport = await RtpTransport.open(environment, {
    localAddress: environment.network.address,
    ports: new RtpPortAllocator(environment, { drainMs: 0 }),
    user: {
      onRtp: (packet: RtpPacketView, _arrivalMs) => void heard.push(Buffer.from(packet.payload()).toString()),
      onRtcp: () => {},
      onOther: (kind) => void other.push(kind),
    },
    ...options,
  });
  cleanUps.push(() => transport.close());
  let sequenceNumber = 0;
  const say = (text: string): void => {
    const slot = transport.acquire(12 + text.length)!;
    writeRtpHeader(slot.bytes, 0, false, sequenceNumber++, 160 * sequenceNumber, 0xabc);
    slot.bytes.write(text, 12);
    transport.sendRtp(slot);
  };
  return { transport, heard, other, say };
}

/** A stream behind a NAT, a STUN server and a peer outside. */
async function setUp(
  options: {
    nat?: Partial<NatOptions>;
    transport?: Partial<RtpTransportOptions>;
    isDeaf?: boolean;
    icmp?: boolean;
    refusesRtp?: boolean;
  } = {},
) {
  const outside = virtualEnvironment({ host: server.address, network: { icmp: options.icmp ?? false } });
  const { clock, virtualNetwork: network } = outside;
  const nat = network.nat({ kind: "port-restricted", publicAddress, ...options.nat });
  const inside = virtualEnvironment({ host: nat.host("192.168.1.10"), beside: outside });
  const stun = new BindingServer();
  const refusing = new BindingServer({ alternateServer: { address: "2001:db8::1", port: 3478 } });
  const socket: DatagramSocket = await outside.network.bindDatagram(server, {
    onDatagram(data, address, port) {
      if (options.refusesRtp) {
        if (port === 40_000) socket.send(refusing.answerDatagram(data, { address, port })!, port, address);
        return;
      }
      const answer = options.isDeaf ? undefined : stun.answerDatagram(data, { address, port });
      if (answer) socket.send(answer, port, address);
    },
    onSocketError: () => {},
  });
  const alice = await openTransport(inside, options.transport);
  const openPeer = () => openTransport(virtualEnvironment({ host: network.host(peerAddress), beside: outside }));
  return { clock, network, nat, stun, socket, alice, openPeer };
}

describe("the public address of an RTP port", () => {
  test.each(natKinds)("behind a %s NAT is learned through the port's own socket, and RTCP's with it", async (kind) => {
    const { clock, nat, alice } = await setUp({ nat: { kind } });
    const learned = await clock.advanceUntil(alice.transport.learnPublicAddress(server));
    expect(learned).toEqual({ rtp: { address: publicAddress, port: 40_000 }, rtcp: { address: publicAddress, port: 40_001 } });
    expect(nat.mappings.map(({ inside }) => inside.port)).toEqual([alice.transport.rtpPort, alice.transport.rtcpPort]);
    expect(alice.other).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("with rtcp-mux is one for both, by one request", async () => {
    const { clock, alice, stun } = await setUp({ transport: { rtcpMux: true } });
    const { rtp, rtcp } = await clock.advanceUntil(alice.transport.learnPublicAddress(server));
    expect(rtcp).toEqual(rtp);
    expect(stun.stats.requests).toBe(1);
  });

  test.each<[NatKind, isHeard: boolean]>([
    ["full-cone", true],
    ["restricted", true],
    ["port-restricted", true],
    ["symmetric", false],
  ])("reaches us through a %s NAT where we have sent to the peer: %s", async (kind, isHeard) => {
    const { clock, alice, openPeer } = await setUp({ nat: { kind } });
    const peer = await openPeer();
    const { rtp, rtcp } = await clock.advanceUntil(alice.transport.learnPublicAddress(server));
    alice.transport.setRemote({ address: peerAddress, port: peer.transport.rtpPort });
    peer.transport.setRemote({ address: rtp.address, port: rtp.port, rtcpPort: rtcp.port });
    alice.say("opens the way");
    await clock.advance(5);
    // The peer has not latched: it goes by the SDP alone.
    peer.say("hello");
    await clock.advance(20);
    expect(alice.heard).toEqual(isHeard ? ["hello"] : []);
  });

  test("can be asked while media flow, which it does not disturb", async () => {
    const { clock, alice, openPeer, nat } = await setUp();
    const peer = await openPeer();
    const { rtp, rtcp } = await clock.advanceUntil(alice.transport.learnPublicAddress(server));
    alice.transport.setRemote({ address: peerAddress, port: peer.transport.rtpPort });
    peer.transport.setRemote({ address: rtp.address, port: rtp.port, rtcpPort: rtcp.port });
    nat.reboot();
    alice.say("one");
    const again = alice.transport.learnPublicAddress(server);
    alice.say("two");
    const moved = await clock.advanceUntil(again);
    expect(moved.rtp).toEqual({ address: publicAddress, port: 40_002 });
    await clock.advance(20);
    expect(alice.transport.stats()).toMatchObject({ rtpSent: 2, malformedPackets: 0, foreignPackets: 0 });
  });

  test("is not taken from a stranger, nor from an answer to nobody's question", async () => {
    const { clock, alice, network } = await setUp({ nat: { kind: "full-cone" }, isDeaf: true });
    const learning = alice.transport.learnPublicAddress(server, { timeoutMs: 2000 }).catch((error: unknown) => error);
    await clock.advance(100);
    const attacker = network.host("203.0.113.66");
    const socket = await attacker.bindDatagram(
      { address: attacker.address, port: 3478 },
      { onDatagram: () => {}, onSocketError: () => {} },
    );
    const forged = new StunWriter("success", 1, new Uint8Array(12)).toBytes();
    socket.send(forged, 40_000, publicAddress);
    expect(await clock.advanceUntil(learning)).toMatchObject({ code: "STUN_TIMEOUT" });
    expect(alice.other).toEqual(["stun"]);
    expect(alice.transport.stats().otherPackets).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test.each([
    [{ address: "2001:db8::1", port: 3478 }, "MEDIA_ADDRESS_FAMILY_MISMATCH"],
    [{ address: "stun.example.org", port: 3478 }, "STUN_OPTION_INVALID"],
  ])("cannot be asked of %j", async (wrong, code) => {
    const { alice } = await setUp();
    await expect(alice.transport.learnPublicAddress(wrong)).rejects.toMatchObject({ code });
  });

  test("the failure of one port ends the asking from both", async () => {
    const { clock, alice } = await setUp({ refusesRtp: true });
    const failure = clock.advanceUntil(alice.transport.learnPublicAddress(server));
    await expect(failure).rejects.toMatchObject({ code: "STUN_REDIRECT_FAILED" });
    expect(clock.pendingTimers).toBe(0);
  });

  test("an abort, and the end of the transport, stop the asking", async () => {
    const { clock, alice } = await setUp({ isDeaf: true });
    const controller = new AbortController();
    const aborted = alice.transport.learnPublicAddress(server, { signal: controller.signal }).catch((error: unknown) => error);
    await clock.advance(100);
    const reason = new Error("enough");
    controller.abort(reason);
    expect(await aborted).toBe(reason);
    const closed = alice.transport.learnPublicAddress(server).catch((error: unknown) => error);
    await clock.advance(100);
    await alice.transport.close();
    expect(await closed).toMatchObject({ code: "STUN_CLOSED" });
    await expect(alice.transport.learnPublicAddress(server)).rejects.toMatchObject({ code: "STUN_CLOSED" });
    expect(clock.pendingTimers).toBe(0);
  });

  test("a server that is not there is told as such", async () => {
    const { clock, alice, socket } = await setUp({ nat: { kind: "full-cone" } });
    await socket.close();
    const failure = clock.advanceUntil(alice.transport.learnPublicAddress(server, { timeoutMs: 5000 }));
    await expect(failure).rejects.toMatchObject({ code: "STUN_TIMEOUT" });
    const near = await setUp({ icmp: true });
    const direct = await openTransport(virtualEnvironment({ host: near.network.host("198.51.100.20"), network: near.network }));
    await near.socket.close();
    const refused = near.clock.advanceUntil(direct.transport.learnPublicAddress(server));
    await expect(refused).rejects.toMatchObject({ code: "STUN_UNREACHABLE" });
    expect(near.clock.pendingTimers).toBe(0);
  });

  test("rtcp-mux agreed on meanwhile makes RTP's address that of RTCP", async () => {
    const { clock, alice, network } = await setUp();
    network.setDefaultConditions({ delayMs: 50 });
    const learning = alice.transport.learnPublicAddress(server);
    await clock.advance(10);
    alice.transport.setRemote({ address: peerAddress, port: 20_000, rtcpMux: true });
    const { rtp, rtcp } = await clock.advanceUntil(learning);
    expect(rtcp).toEqual(rtp);
  });
});
