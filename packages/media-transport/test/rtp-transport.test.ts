import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Environment, SocketAddress } from "@sidetone/infra-common";
import {
  RtpPortAllocator,
  RtpTransport,
  type MediaTrace,
  type PacketProtection,
  type RtpTransportOptions,
} from "@sidetone/media-transport";
import { parseRtcp, RtpPacketView, serializeRtcp, writeRtpHeader } from "@sidetone/rtp-core";
import { virtualEnvironment, type NatKind, type VirtualEnvironment, type VirtualHost } from "@sidetone/testkit";

const cleanUps: (() => Promise<void>)[] = [];

async function openParty(environment: VirtualEnvironment, options: Partial<RtpTransportOptions> = {}) {
  const heard: string[] = [];
  const other: string[] = [];
  const latched: SocketAddress[] = [];
  const rtcp: string[] = [];
  const ports = new RtpPortAllocator(environment);
  const transport = await RtpTransport.open(environment, {
    localAddress: environment.network.address,
    ports,
    user: {
      onRtp: (packet: RtpPacketView) => void heard.push(Buffer.from(packet.payload()).toString()),
      onRtcp: (data) =>
        void rtcp.push(
          parseRtcp(data)
            .packets.map(({ type }) => type)
            .join("+"),
        ),
      onLatched: (remote) => void latched.push(remote),
      onOther: (kind, _data, address) => void other.push(`${kind} ${address}`),
    },
    ...options,
  });
  cleanUps.push(() => transport.close());
  let sequenceNumber = 0;
  const say = (text: string, count = 1): void => {
    for (let i = 0; i < count; i++) {
      const slot = transport.acquire(12 + text.length)!;
      writeRtpHeader(slot.bytes, 0, false, sequenceNumber++, 160 * sequenceNumber, 0xabc);
      slot.bytes.write(text, 12);
      transport.sendRtp(slot);
    }
  };
  const report = (): void => transport.sendRtcp(serializeRtcp([{ type: "RR", ssrc: 0xabc, reportBlocks: [] }]));
  const here = (): { address: string; port: number } => ({ address: environment.network.address, port: transport.rtpPort });
  return { transport, heard, rtcp, latched, other, say, report, here };
}

async function setUp(
  options: {
    alice?: Partial<RtpTransportOptions>;
    bob?: Partial<RtpTransportOptions>;
    bobHost?: (environment: VirtualEnvironment) => VirtualHost;
  } = {},
) {
  const environment = virtualEnvironment({ host: "198.51.100.1" });
  const bobEnvironment = virtualEnvironment({ host: options.bobHost?.(environment) ?? "198.51.100.2", beside: environment });
  const alice = await openParty(environment, options.alice);
  const bob = await openParty(bobEnvironment, options.bob);
  const { clock } = environment;
  /** A host of an attacker, which sends any bytes to Alice. */
  const attacker = environment.virtualNetwork.host("203.0.113.66");
  const heardByAttacker = vi.fn();
  const spray = async (data: Uint8Array, { port = alice.transport.rtpPort, count = 1 } = {}): Promise<void> => {
    const socket = await attacker.bindDatagram(
      { address: "203.0.113.66", port: 0 },
      { onDatagram: heardByAttacker, onSocketError: () => {} },
    );
    for (let i = 0; i < count; i++) socket.send(data, port, environment.network.address);
    cleanUps.push(() => socket.close());
  };
  return { environment, clock, alice, bob, spray, heardByAttacker };
}

function rtp(text: string, sequenceNumber: number, payloadType = 0): Buffer {
  const bytes = Buffer.alloc(12 + text.length);
  writeRtpHeader(bytes, payloadType, false, sequenceNumber, 160 * sequenceNumber, 0x666);
  bytes.write(text, 12);
  return bytes;
}

afterEach(async () => {
  await Promise.all(cleanUps.splice(0).map((cleanUp) => cleanUp()));
});

describe("two parties after offer and answer", () => {
  test("hear each other's RTP and RTCP, and nothing is counted as wrong", async () => {
    const { clock, alice, bob } = await setUp();
    alice.transport.setRemote(bob.here());
    bob.transport.setRemote(alice.here());
    alice.say("hello", 3);
    bob.say("world", 2);
    alice.report();
    await clock.advance(10);
    expect(bob.heard).toEqual(["hello", "hello", "hello"]);
    expect(alice.heard).toEqual(["world", "world"]);
    expect(bob.rtcp).toEqual(["RR"]);
    expect(alice.latched).toEqual([bob.here()]);
    expect(alice.transport.stats()).toMatchObject({
      rtpSent: 3,
      rtcpSent: 1,
      rtpReceived: 2,
      bytesSent: 3 * 17 + 8,
      bytesReceived: 2 * 17,
      foreignPackets: 0,
      earlyPackets: 0,
      malformedPackets: 0,
      latches: 1,
    });
  });

  test("over rtcp-mux use one port each", async () => {
    const { clock, alice, bob, environment } = await setUp({ alice: { rtcpMux: true }, bob: { rtcpMux: true } });
    expect(alice.transport.rtcpPort).toBe(alice.transport.rtpPort);
    alice.transport.setRemote({ ...bob.here(), rtcpMux: true });
    bob.transport.setRemote({ ...alice.here(), rtcpMux: true });
    alice.say("a");
    alice.report();
    await clock.advance(10);
    expect([bob.heard, bob.rtcp]).toEqual([["a"], ["RR"]]);
    expect(environment.network.openSockets).toBe(1);
  });

  test("that agree on rtcp-mux later close the second port", async () => {
    const { clock, alice, bob, environment } = await setUp();
    expect(environment.network.openSockets).toBe(2);
    alice.transport.setRemote({ ...bob.here(), rtcpMux: true });
    bob.transport.setRemote({ ...alice.here(), rtcpMux: true });
    await clock.advance(0);
    expect(environment.network.openSockets).toBe(1);
    alice.report();
    await clock.advance(10);
    expect(bob.rtcp).toEqual(["RR"]);
  });

  test("send RTCP where a=rtcp says (RFC 3605)", async () => {
    const { alice } = await setUp();
    alice.transport.setRemote({ address: "198.51.100.2", port: 4000 });
    expect(alice.transport.remoteRtcp).toEqual({ address: "198.51.100.2", port: 4001 });
    alice.transport.setRemote({ address: "198.51.100.2", port: 4000, rtcpPort: 5555, rtcpAddress: "198.51.100.3" });
    expect(alice.transport.remoteRtcp).toEqual({ address: "198.51.100.3", port: 5555 });
  });

  test("send nothing before the SDP, on hold with an unspecified address, or to port 0", async () => {
    const { clock, alice, bob } = await setUp();
    bob.transport.setRemote(alice.here());
    const silent = () => [alice.transport.remoteRtp, alice.transport.remoteRtcp];
    alice.say("early");
    expect(silent()).toEqual([undefined, undefined]);
    alice.transport.setRemote(bob.here());
    alice.transport.setRemote({ address: "0.0.0.0", port: 4000 });
    alice.say("held");
    alice.report();
    expect(silent()).toEqual([undefined, undefined]);
    alice.transport.setRemote({ ...bob.here(), port: 0 });
    alice.say("refused");
    await clock.advance(10);
    expect([bob.heard, bob.rtcp]).toEqual([[], []]);
    alice.transport.setRemote(bob.here());
    alice.say("back");
    await clock.advance(10);
    expect(bob.heard).toEqual(["back"]);
  });

  test("recognise an IPv6 address in any spelling", async () => {
    const environment = virtualEnvironment({ host: "2001:db8::1" });
    const alice = await openParty(environment);
    const bob = await openParty(virtualEnvironment({ host: "2001:db8::2", beside: environment }));
    alice.transport.setRemote({ address: "2001:0DB8:0:0::2", port: bob.transport.rtpPort });
    bob.transport.setRemote({ address: "2001:DB8::0:1", port: alice.transport.rtpPort });
    bob.say("six");
    await environment.clock.advance(10);
    expect(alice.heard).toEqual(["six"]);
    expect(alice.transport.stats().foreignPackets).toBe(0);
  });

  test.each([
    [{ address: "2001:db8::1", port: 4000 }, "MEDIA_ADDRESS_FAMILY_MISMATCH"],
    [{ address: "198.51.100.2", port: 4000, rtcpAddress: "2001:db8::1" }, "MEDIA_ADDRESS_FAMILY_MISMATCH"],
    [{ address: "bob.example.com", port: 4000 }, "MEDIA_ADDRESS_INVALID"],
    [{ address: "198.51.100.2", port: 70_000 }, "MEDIA_ADDRESS_INVALID"],
    [{ address: "198.51.100.2", port: 4000, rtcpPort: -1 }, "MEDIA_ADDRESS_INVALID"],
  ])("refuse the address %o, and keep the one before", async (remote, code) => {
    const { alice, bob } = await setUp();
    alice.transport.setRemote(bob.here());
    expect(() => alice.transport.setRemote(remote)).toThrow(expect.objectContaining({ code }) as Error);
    expect(alice.transport.remoteRtp).toEqual(bob.here());
  });
});

describe("packets from elsewhere", () => {
  test("are neither heard nor answered once the peer is locked in, however many", async () => {
    const { clock, alice, bob, spray, heardByAttacker } = await setUp();
    alice.transport.setRemote(bob.here());
    bob.transport.setRemote(alice.here());
    bob.say("bob");
    await clock.advance(10);
    for (let i = 0; i < 100; i++) await spray(rtp("evil", i), { count: 3 });
    await spray(serializeRtcp([{ type: "BYE", ssrcs: [0xabc] }]), { port: alice.transport.rtcpPort });
    await spray(serializeRtcp([{ type: "BYE", ssrcs: [0xabc] }]));
    // Damaged, but foreign in the first place: nobody looks at it.
    await spray(Uint8Array.of(0x80, 0));
    await clock.advance(10);
    alice.say("alice");
    bob.say("bob");
    await clock.advance(10);
    expect(alice.heard).toEqual(["bob", "bob"]);
    expect(alice.rtcp).toEqual([]);
    expect(bob.heard).toEqual(["alice"]);
    expect(heardByAttacker).not.toHaveBeenCalled();
    expect(alice.transport.stats()).toMatchObject({ foreignPackets: 303, malformedPackets: 0, latches: 1 });
  });

  test("before the peer's first packet do not win either", async () => {
    const { clock, alice, bob, spray, heardByAttacker } = await setUp();
    alice.transport.setRemote({ ...bob.here(), payloadTypes: [0] });
    for (let i = 0; i < 20; i++) await spray(rtp("evil", i), { count: 5 });
    await spray(rtp("evil", 1, 8), { count: 100 });
    await clock.advance(10);
    alice.say("alice");
    bob.transport.setRemote(alice.here());
    bob.say("bob");
    await clock.advance(10);
    expect(alice.heard).toEqual(["bob"]);
    expect(bob.heard).toEqual(["alice"]);
    expect(heardByAttacker).not.toHaveBeenCalled();
    expect(alice.transport.stats()).toMatchObject({ unprovenPackets: 100, foreignPackets: 100 });
  });

  test("before the SDP are counted as early", async () => {
    const { clock, alice, bob } = await setUp();
    bob.transport.setRemote(alice.here());
    bob.say("early", 5);
    bob.report();
    await clock.advance(10);
    expect(alice.heard).toEqual([]);
    expect(alice.transport.stats().earlyPackets).toBe(6);
  });
});

describe("a peer behind a NAT", () => {
  test.each<NatKind>(["full-cone", "restricted", "port-restricted", "symmetric"])(
    "of kind %s is heard and answered where it sends from, RTP and RTCP",
    async (kind) => {
      const { clock, alice, bob } = await setUp({
        bobHost: ({ virtualNetwork }) => virtualNetwork.nat({ kind, publicAddress: "203.0.113.5" }).host("192.168.1.2"),
      });
      alice.transport.setRemote(bob.here());
      bob.transport.setRemote(alice.here());
      bob.say("bob", 10);
      bob.report();
      await clock.advance(10);
      expect(alice.heard).toHaveLength(6);
      expect(alice.transport.remoteRtp!.address).toBe("203.0.113.5");
      alice.say("alice");
      alice.report();
      await clock.advance(10);
      expect(bob.heard).toEqual(["alice"]);
      expect([alice.rtcp, bob.rtcp]).toEqual([["RR"], ["RR"]]);
    },
  );

  test("is left, with its RTCP, when the signalled address begins to send itself", async () => {
    const { environment, clock, alice, bob } = await setUp({
      bobHost: ({ virtualNetwork }) => virtualNetwork.nat({ kind: "full-cone", publicAddress: "203.0.113.5" }).host("192.168.1.2"),
    });
    const signalled = await openParty(virtualEnvironment({ host: "192.168.1.2", beside: environment }));
    alice.transport.setRemote(signalled.here());
    for (const party of [bob, signalled]) party.transport.setRemote(alice.here());
    bob.say("bob", 10);
    bob.report();
    await clock.advance(10);
    expect(alice.transport.remoteRtcp!.address).toBe("203.0.113.5");
    signalled.say("signalled", 2);
    await clock.advance(10);
    expect(alice.heard.at(-1)).toBe("signalled");
    expect(alice.transport.remoteRtp).toEqual(signalled.here());
    expect(alice.transport.remoteRtcp).toEqual({ address: "192.168.1.2", port: signalled.transport.rtcpPort });
  });

  test("sends RTCP from one port, and from another of its ports it is foreign", async () => {
    const { environment, clock, alice, bob } = await setUp();
    const bobHost = environment.virtualNetwork.host("198.51.100.20");
    const quiet = { onDatagram: () => {}, onSocketError: () => {} };
    const [media, first, second] = await Promise.all(
      [0, 0, 0].map((port) => bobHost.bindDatagram({ address: "198.51.100.20", port }, quiet)),
    );
    alice.transport.setRemote({ address: "198.51.100.20", port: media!.localPort, rtcpPort: 9 });
    media!.send(rtp("media", 1), alice.transport.rtpPort, "198.51.100.1");
    const report = serializeRtcp([{ type: "RR", ssrc: 1, reportBlocks: [] }]);
    for (const socket of [first!, second!, first!]) {
      await clock.advance(5);
      socket.send(report, alice.transport.rtcpPort, "198.51.100.1");
    }
    await clock.advance(5);
    expect(alice.rtcp).toEqual(["RR", "RR"]);
    expect(alice.transport.remoteRtcp!.port).toBe(first!.localPort);
    expect(alice.transport.stats().foreignPackets).toBe(1);
    expect(bob.heard).toEqual([]);
  });

  test("gets its first RTCP beside its RTP", async () => {
    const { clock, alice, bob } = await setUp({
      bobHost: ({ virtualNetwork }) => virtualNetwork.nat({ kind: "full-cone", publicAddress: "203.0.113.5" }).host("192.168.1.2"),
    });
    alice.transport.setRemote(bob.here());
    bob.transport.setRemote(alice.here());
    bob.say("bob", 10);
    await clock.advance(10);
    const { address, port } = alice.transport.remoteRtp!;
    expect(alice.transport.remoteRtcp).toEqual({ address, port: port + 1 });
  });

  test("is not followed without symmetric RTP", async () => {
    const { clock, alice, bob } = await setUp({
      alice: { symmetric: false },
      bobHost: ({ virtualNetwork }) => virtualNetwork.nat({ kind: "full-cone", publicAddress: "203.0.113.5" }).host("192.168.1.2"),
    });
    alice.transport.setRemote(bob.here());
    bob.transport.setRemote(alice.here());
    bob.say("bob", 50);
    await clock.advance(10);
    expect(alice.heard).toEqual([]);
    expect(alice.transport.remoteRtp).toEqual(bob.here());
  });
});

describe("a new SDP (re-INVITE)", () => {
  test("moves the stream, and the former source is foreign", async () => {
    const { environment, clock, alice, bob } = await setUp();
    const carol = await openParty(virtualEnvironment({ host: "198.51.100.3", beside: environment }));
    alice.transport.setRemote(bob.here());
    bob.transport.setRemote(alice.here());
    carol.transport.setRemote(alice.here());
    bob.say("bob");
    bob.report();
    await clock.advance(10);
    alice.transport.setRemote(carol.here());
    bob.say("still bob", 5);
    carol.say("carol", 2);
    carol.report();
    bob.report();
    await clock.advance(10);
    alice.say("alice");
    await clock.advance(10);
    expect(alice.heard).toEqual(["bob", "carol", "carol"]);
    expect(alice.rtcp).toEqual(["RR", "RR"]);
    expect([bob.heard, carol.heard]).toEqual([[], ["alice"]]);
    expect(alice.latched).toEqual([bob.here(), carol.here()]);
  });
});

describe("what is no media", () => {
  test("is dropped and counted by what is wrong", async () => {
    const { environment, clock, alice, bob } = await setUp();
    alice.transport.setRemote(bob.here());
    const socket = await environment.virtualNetwork
      .host("198.51.100.9")
      .bindDatagram({ address: "198.51.100.9", port: 0 }, { onDatagram: () => {}, onSocketError: () => {} });
    alice.transport.setRemote({ address: "198.51.100.9", port: socket.localPort });
    const toRtp = (...bytes: number[]): void => socket.send(Uint8Array.from(bytes), alice.transport.rtpPort, "198.51.100.1");
    toRtp();
    toRtp(0xff, 0xff, 0xff);
    toRtp(0x80, 0, 0, 1);
    toRtp(0xa0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0);
    socket.send(rtp("on the RTCP port", 1), alice.transport.rtcpPort, "198.51.100.1");
    await clock.advance(10);
    expect(alice.heard).toEqual([]);
    expect(alice.transport.stats()).toMatchObject({
      malformedPackets: 5,
      rtpRejections: { tooShort: 1, padding: 1 },
      rtpReceived: 0,
      latches: 0,
    });
    await socket.close();
  });

  test("but STUN, DTLS or the like goes to the user, from anybody", async () => {
    const { clock, alice, spray } = await setUp();
    await spray(Uint8Array.of(0, 1, 0, 0));
    await spray(Uint8Array.of(22, 0xfe, 0xfd));
    await clock.advance(10);
    expect(alice.other).toEqual(["stun 203.0.113.66", "dtls 203.0.113.66"]);
    expect(alice.transport.stats()).toMatchObject({ otherPackets: 2, malformedPackets: 0, foreignPackets: 0 });
  });
});

describe("the seam for SRTP", () => {
  /** Adds a byte, inverts the rest: enough to see that every packet passes. */
  const inverting: PacketProtection = {
    rtpOverheadBytes: 1,
    rtcpOverheadBytes: 1,
    protectRtp: (buffer, length) => invert(buffer, length),
    protectRtcp: (buffer, length) => invert(buffer, length),
    unprotectRtp: (buffer, length) => unInvert(buffer, length),
    unprotectRtcp: (buffer, length) => unInvert(buffer, length),
  };
  const invert = (buffer: Buffer, length: number): number => {
    for (let i = 8; i < length; i++) buffer[i]! ^= 0xff;
    buffer[length] = 0x5a;
    return length + 1;
  };
  const unInvert = (buffer: Buffer, length: number): number => {
    if (buffer[length - 1] !== 0x5a) return -1;
    for (let i = 8; i < length - 1; i++) buffer[i]! ^= 0xff;
    return length - 1;
  };

  test("protects what is sent, in place, and restores what is received", async () => {
    const { clock, alice, bob } = await setUp({ alice: { protection: inverting }, bob: { protection: inverting } });
    alice.transport.setRemote(bob.here());
    bob.transport.setRemote(alice.here());
    for (const text of ["one", "two", "longer", "six"]) alice.say(text);
    alice.report();
    await clock.advance(10);
    expect(bob.heard).toEqual(["one", "two", "longer", "six"]);
    expect(bob.rtcp).toEqual(["RR"]);
  });

  test("drops what is not protected, and nobody is locked in by it", async () => {
    const { clock, alice, bob } = await setUp({ alice: { protection: inverting } });
    alice.transport.setRemote(bob.here());
    bob.transport.setRemote(alice.here());
    bob.say("plain", 3);
    bob.report();
    await clock.advance(10);
    expect(alice.heard).toEqual([]);
    expect(alice.transport.stats()).toMatchObject({ unauthenticatedPackets: 4, latches: 0 });
  });
});

describe("closing", () => {
  test("frees the ports, ends hearing and sending, and may be repeated", async () => {
    const { clock, environment, alice, bob } = await setUp();
    alice.transport.setRemote(bob.here());
    bob.transport.setRemote(alice.here());
    bob.say("late");
    const slot = alice.transport.acquire(20)!;
    await alice.transport.close();
    await alice.transport[Symbol.asyncDispose]();
    expect(environment.network.openSockets).toBe(0);
    alice.transport.sendRtp(slot);
    alice.report();
    await clock.advance(10);
    expect(alice.heard).toEqual([]);
    expect(alice.transport.stats()).toMatchObject({ rtpSent: 0, rtcpSent: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  test("reports an option that cannot be", async () => {
    const environment: Environment = virtualEnvironment();
    const ports = new RtpPortAllocator(environment);
    const user = { onRtp: () => {}, onRtcp: () => {} };
    await expect(RtpTransport.open(environment, { localAddress: "10.0.0.1", ports, user, latchWindowMs: -1 })).rejects.toMatchObject({
      code: "MEDIA_OPTION_INVALID",
    });
  });
});

describe("traces on sidetone:media", () => {
  test("tell of packets, of whom they are heard from, and of what was dropped", async () => {
    const { clock, alice, bob, spray } = await setUp();
    const traces: MediaTrace[] = [];
    const listen = (message: unknown): void => void traces.push(message as MediaTrace);
    subscribe("sidetone:media", listen);
    cleanUps.push(async () => void unsubscribe("sidetone:media", listen));
    alice.transport.setRemote(bob.here());
    bob.transport.setRemote(alice.here());
    bob.say("bob");
    bob.report();
    await clock.advance(10);
    await spray(rtp("evil", 1));
    await clock.advance(10);
    const seen = traces
      .filter(({ local }) => local.address === "198.51.100.1")
      .map(
        ({ type, ...rest }) =>
          `${type} ${"direction" in rest ? rest.direction : "component" in rest ? rest.component : "reason" in rest ? rest.reason : ""}`,
      );
    expect(seen).toEqual(["latched rtp", "rtp in", "latched rtcp", "rtcp in", "dropped foreign"]);
    expect(traces[0]).toMatchObject({ type: "rtp", direction: "out", remote: alice.here(), local: bob.here() });
    expect(traces.find(({ type }) => type === "latched")).toMatchObject({
      isSignalled: true,
      remote: bob.here(),
      timeMs: clock.now() - 19,
    });
  });
});
