import { afterEach, describe, expect, test, vi } from "vitest";
import {
  parseRtcp,
  RtcpSession,
  RtpError,
  RtpPacketView,
  RtpReceiver,
  RtpSender,
  serializeRtcp,
  type RtcpPacket,
  type RtcpSessionOptions,
  type RtcpSessionUser,
} from "@sidetone/rtp-core";
import { SeededRandom, VirtualClock } from "@sidetone/testkit";

type Party = ReturnType<typeof makeParty>;

function makeParty(clock: VirtualClock, seed: number, options: Partial<RtcpSessionOptions> = {}) {
  const random = new SeededRandom(seed);
  const sender = new RtpSender({ random, clockRate: 8000 });
  const receiver = new RtpReceiver({ clockRate: 8000, sender });
  const sent: { atMs: number; packets: readonly RtcpPacket[]; bytes: Uint8Array }[] = [];
  const user = {
    sendRtcp: (bytes: Uint8Array) => void sent.push({ atMs: clock.now(), packets: parseRtcp(bytes).packets, bytes }),
    onReportBlock: vi.fn<NonNullable<RtcpSessionUser["onReportBlock"]>>(),
    onSenderReport: vi.fn<NonNullable<RtcpSessionUser["onSenderReport"]>>(),
    onBye: vi.fn<NonNullable<RtcpSessionUser["onBye"]>>(),
    onSsrcChanged: vi.fn<NonNullable<RtcpSessionUser["onSsrcChanged"]>>(),
  };
  const session = new RtcpSession({ clock, random, sender, receiver, user, ...options });
  const types = () => sent.map(({ packets }) => packets.map(({ type }) => type).join("+"));
  return { sender, receiver, session, sent, user, types };
}

function setUp(options: Partial<RtcpSessionOptions> = {}) {
  const clock = new VirtualClock();
  const alice = makeParty(clock, 1, options);
  const bob = makeParty(clock, 2, options);
  const view = new RtpPacketView();
  const packet = new Uint8Array(172);
  const sendRtp = (from: Party, to: Party, position: number): void => {
    from.sender.writeHeader(packet, 0, position, false, 160, clock.now());
    view.reset(packet);
    to.receiver.receive(view, clock.now());
  };
  /** A call: both send RTP each 20 ms; RTCP takes `delayMs` each way. */
  const talk = (durationMs: number, { delayMs = 0, aliceSends = true, bobSends = true } = {}): void => {
    const endMs = clock.now() + durationMs;
    let delivered = { alice: alice.sent.length, bob: bob.sent.length };
    while (clock.now() < endMs) {
      const position = clock.now() * 8;
      if (aliceSends) sendRtp(alice, bob, position);
      if (bobSends) sendRtp(bob, alice, position);
      alice.session.poll();
      bob.session.poll();
      clock.advanceSync(20);
      for (; alice.sent[delivered.alice] && alice.sent[delivered.alice]!.atMs + delayMs <= clock.now(); delivered.alice++)
        bob.session.receive(alice.sent[delivered.alice]!.bytes, "192.0.2.1", 4001);
      for (; bob.sent[delivered.bob] && bob.sent[delivered.bob]!.atMs + delayMs <= clock.now(); delivered.bob++)
        alice.session.receive(bob.sent[delivered.bob]!.bytes, "192.0.2.2", 4001);
    }
  };
  alice.session.start();
  bob.session.start();
  return { clock, alice, bob, talk, sendRtp };
}

afterEach(() => void vi.restoreAllMocks());

describe("reports of a session", () => {
  test("come about every 5 s, the first after half of that, never in step", () => {
    const { alice, bob, talk } = setUp();
    talk(600_000);
    for (const { sent } of [alice, bob]) {
      expect(sent[0]!.atMs).toBeGreaterThan(1000);
      expect(sent[0]!.atMs).toBeLessThan(3200);
      const gaps = sent.slice(2).map(({ atMs }, i) => atMs - sent[i + 1]!.atMs);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2050);
      expect(Math.max(...gaps)).toBeLessThanOrEqual(6180);
      const mean = gaps.reduce((sum, gap) => sum + gap) / gaps.length;
      expect(mean).toBeGreaterThan(4300);
      expect(mean).toBeLessThan(5700);
      expect(new Set(gaps).size).toBeGreaterThan(gaps.length / 2);
    }
  });

  test("are sender reports with CNAME from who sends, and receiver reports from who does not", () => {
    const { alice, bob, talk } = setUp();
    talk(20_000, { bobSends: false });
    expect(new Set(alice.types())).toEqual(new Set(["SR+SDES"]));
    expect(new Set(bob.types())).toEqual(new Set(["RR+SDES"]));
    expect(bob.sent[0]!.packets[1]).toEqual({
      type: "SDES",
      chunks: [{ ssrc: bob.sender.ssrc, items: [{ name: "CNAME", text: bob.session.cname }] }],
    });
  });

  test("turn into receiver reports once nothing was sent for two intervals (§6.4)", () => {
    const { alice, talk } = setUp();
    talk(20_000);
    talk(20_000, { aliceSends: false });
    expect(alice.types().at(-1)).toBe("RR+SDES");
  });

  test("carry what was sent, and the NTP and RTP timestamp of one instant", () => {
    const { clock, alice, talk } = setUp();
    talk(10_000);
    const { atMs, packets } = alice.sent.at(-1)!;
    const report = packets[0]!;
    if (report.type !== "SR") throw new Error("no sender report");
    expect(report.packetCount).toBe(Math.floor(atMs / 20) + 1);
    expect(report.octetCount).toBe(160 * report.packetCount);
    expect(report.ntpSeconds).toBe(Math.floor((clock.epochMs + atMs) / 1000) + 2_208_988_800);
    expect(report.rtpTimestamp).toBe(alice.sender.timestampAt(atMs * 8));
  });

  test("show the round trip, loss and jitter to the other side", () => {
    const { alice, bob, talk } = setUp();
    talk(30_000, { delayMs: 40 });
    const stats = alice.session.stats();
    expect(stats.roundTripMs).toBeCloseTo(80, 0);
    expect(stats.minRoundTripMs).toBeCloseTo(80, 0);
    expect(stats.meanRoundTripMs).toBeCloseTo(80, 0);
    expect(stats).toMatchObject({ remoteLossPercent: 0, remotePacketsLost: 0, remoteJitterMs: 0 });
    expect(stats.remotePacketsSent).toBeGreaterThan(1000);
    expect(bob.user.onReportBlock).toHaveBeenCalled();
    expect(bob.user.onSenderReport).toHaveBeenCalled();
  });

  test("are not disturbed by a step of the wall clock", () => {
    const { clock, alice, talk } = setUp();
    talk(10_000, { delayMs: 40 });
    vi.spyOn(clock, "wallNow").mockImplementation(() => clock.epochMs + clock.now() + 500);
    talk(20_000, { delayMs: 40 });
    expect(alice.session.stats().roundTripMs).toBeCloseTo(80, 0);
  });

  test("may come more often where the bandwidth allows it (§6.2)", () => {
    const { alice, talk } = setUp({ minimumInterval: "reduced", sessionBandwidthBps: 720_000 });
    talk(60_000);
    expect(alice.sent.length).toBeGreaterThan(90);
  });

  test("are due when nextReportMs says, and never before start or after leave", () => {
    const clock = new VirtualClock();
    const { session, sent } = makeParty(clock, 1);
    expect(session.nextReportMs).toBe(Infinity);
    session.poll();
    session.start();
    let wakeUps = 0;
    for (; sent.length === 0; wakeUps++) {
      clock.advanceSync(session.nextReportMs - clock.now());
      session.poll();
    }
    // Each time the interval is drawn anew (§6.3.6), so one wake-up need not be enough.
    expect(wakeUps).toBeLessThan(10);
    session.leave();
    expect(session.nextReportMs).toBe(Infinity);
  });
});

describe("leaving a session (RFC 3550 §6.3.7)", () => {
  test("sends BYE with a report in front, at once", () => {
    const { alice, bob, talk } = setUp();
    talk(10_000);
    alice.session.leave("done");
    expect(alice.types().at(-1)).toBe("SR+SDES+BYE");
    bob.session.receive(alice.sent.at(-1)!.bytes);
    expect(bob.user.onBye).toHaveBeenCalledExactlyOnceWith(alice.sender.ssrc, "done");
    expect(bob.receiver.ssrc).toBeUndefined();
    const count = alice.sent.length;
    talk(10_000, { aliceSends: false });
    expect(alice.sent).toHaveLength(count);
  });

  test("is silent for who never sent anything", () => {
    const { alice } = setUp();
    alice.session.leave();
    expect(alice.sent).toEqual([]);
  });

  test("waits its turn among 50 members and more", () => {
    const { clock, alice, talk } = setUp();
    talk(10_000);
    for (let ssrc = 1; ssrc <= 60; ssrc++) alice.session.receive(serializeRtcp([{ type: "RR", ssrc, reportBlocks: [] }]));
    alice.session.leave();
    expect(alice.types().at(-1)).toBe("SR+SDES");
    expect(alice.session.nextReportMs).toBeGreaterThan(clock.now());
    while (alice.session.nextReportMs < Infinity) {
      clock.advanceSync(20);
      alice.session.poll();
    }
    expect(alice.types().at(-1)).toMatch(/BYE$/);
  });

  test("refuses a reason that does not fit", () => {
    const { alice, talk } = setUp();
    talk(10_000);
    expect(() => alice.session.leave("x".repeat(256))).toThrow(RtpError);
  });
});

describe("SSRC collisions (RFC 3550 §8.2)", () => {
  test("send BYE for the old SSRC, and take another one", () => {
    const { alice, talk } = setUp();
    talk(1000);
    const former = alice.sender.ssrc;
    alice.session.collided("192.0.2.66", 4000, "rtp");
    expect(alice.sender.ssrc).not.toBe(former);
    expect(alice.user.onSsrcChanged).toHaveBeenCalledExactlyOnceWith(former, alice.sender.ssrc);
    expect(alice.sent.at(-1)!.packets.at(-1)).toMatchObject({ type: "BYE", ssrcs: [former] });
    expect(alice.session.stats()).toMatchObject({ collisions: 1, looped: 0 });
  });

  test("change the SSRC only once when our own packets are looped back", () => {
    const { alice, talk } = setUp();
    talk(1000);
    alice.session.collided("192.0.2.66", 4000, "rtp");
    const { ssrc } = alice.sender;
    for (let i = 0; i < 100; i++) alice.session.collided("192.0.2.66", 4000, "rtp");
    expect(alice.sender.ssrc).toBe(ssrc);
    expect(alice.session.stats()).toMatchObject({ collisions: 1, looped: 100 });
  });

  test("are recognised in RTCP", () => {
    const { alice, talk } = setUp();
    talk(1000);
    const former = alice.sender.ssrc;
    alice.session.receive(serializeRtcp([{ type: "RR", ssrc: former, reportBlocks: [] }]), "192.0.2.66", 4001);
    expect(alice.sender.ssrc).not.toBe(former);
  });

  test("are none when our own reports come back: the CNAME is ours", () => {
    const { alice, talk } = setUp();
    talk(10_000);
    const { ssrc } = alice.sender;
    const before = alice.session.stats();
    for (const { bytes } of alice.sent) alice.session.receive(bytes, "192.0.2.2", 4001);
    expect(alice.sender.ssrc).toBe(ssrc);
    expect(alice.session.stats()).toEqual({ ...before, looped: alice.sent.length });
  });

  test("forget a looping address after ten report intervals", () => {
    const { clock, alice, talk } = setUp();
    talk(10_000);
    alice.session.collided("192.0.2.66", 4000, "rtp");
    clock.advanceSync(60_000);
    alice.session.collided("192.0.2.66", 4000, "rtp");
    expect(alice.session.stats().collisions).toBe(2);
  });
});

describe("hostile RTCP", () => {
  test("is counted and changes nothing", () => {
    const { alice } = setUp();
    alice.session.receive(Buffer.alloc(0));
    alice.session.receive(Buffer.from("garbage!"));
    alice.session.receive(Buffer.from("81ca0002000000010161ffff", "hex"));
    alice.session.receive(Buffer.concat([serializeRtcp([{ type: "RR", ssrc: 9, reportBlocks: [] }]), Buffer.from("80c9ffff", "hex")]));
    expect(alice.session.stats()).toMatchObject({ malformed: 3, truncated: 1, compoundsReceived: 1, roundTripMs: undefined });
  });

  test("with thousands of SSRCs takes no memory without end, and lets reports go on", () => {
    const { alice, talk } = setUp();
    for (let ssrc = 1; ssrc <= 5000; ssrc++) alice.session.receive(serializeRtcp([{ type: "RR", ssrc, reportBlocks: [] }]));
    talk(120_000);
    expect(alice.sent.length).toBeGreaterThan(2);
  });
});
