import { describe, expect, test } from "vitest";
import { RtpPacketView, RtpReceiver, RtpSender } from "@sidetone/rtp-core";
import { SeededRandom } from "@sidetone/testkit";
import { rtpView } from "../packets.ts";

const alice = 0xa11ce;
const bob = 0xb0b;

function setUp() {
  const sender = new RtpSender({ random: new SeededRandom(), clockRate: 8000 });
  const receiver = new RtpReceiver({ clockRate: 8000, sender });
  const receive = (ssrc: number, sequenceNumber: number) =>
    receiver.receive(rtpView({ ssrc, sequenceNumber: sequenceNumber & 0xffff, timestamp: 160 * sequenceNumber }), 20 * sequenceNumber);
  return { sender, receiver, receive };
}

describe("an incoming stream", () => {
  test("counts the first source from its first packet", () => {
    const { receiver, receive } = setUp();
    expect(receiver.stats()).toMatchObject({ ssrc: undefined, packetsReceived: 0, packetsExpected: 0, packetsLost: 0, lossPercent: 0 });
    expect(receive(alice, 7)).toBe("accepted");
    receive(alice, 8);
    receive(alice, 10);
    expect(receiver.stats()).toMatchObject({
      ssrc: alice,
      packetsReceived: 3,
      octetsReceived: 480,
      packetsExpected: 4,
      packetsLost: 1,
      lossPercent: 25,
      jitterMs: 0,
    });
  });

  test("follows another SSRC after two packets in sequence, and sums over both", () => {
    const { receiver, receive } = setUp();
    receive(alice, 1);
    receive(alice, 2);
    expect(receive(bob, 100)).toBe("probation");
    expect(receive(bob, 101)).toBe("sourceChanged");
    expect(receive(bob, 102)).toBe("accepted");
    expect(receiver.stats()).toMatchObject({ ssrc: bob, packetsReceived: 4, packetsExpected: 4, packetsInvalid: 1, sourceChanges: 1 });
  });

  test("is not moved by single packets of another SSRC among those of the present one", () => {
    const { receiver, receive } = setUp();
    for (let i = 0; i < 10; i++) {
      receive(alice, i);
      expect(receive(bob, i)).toBe("probation");
    }
    expect(receiver.ssrc).toBe(alice);
  });

  test("takes the next SSRC at once after a BYE", () => {
    const { receiver, receive } = setUp();
    receive(alice, 1);
    receiver.sourceLeft(bob);
    expect(receiver.ssrc).toBe(alice);
    receiver.sourceLeft(alice);
    expect(receiver.ssrc).toBeUndefined();
    expect(receive(bob, 50)).toBe("sourceChanged");
  });

  test("drops the first packet of a jump, and keeps the sums when the second confirms a restart", () => {
    const { receiver, receive } = setUp();
    receive(alice, 1);
    receive(alice, 3);
    expect(receive(alice, 20_000)).toBe("invalid");
    expect(receive(alice, 20_001)).toBe("accepted");
    expect(receiver.stats()).toMatchObject({ packetsReceived: 3, packetsExpected: 4, packetsLost: 1 });
  });

  test("reports a packet with our own SSRC as a collision", () => {
    const { sender, receiver, receive } = setUp();
    expect(receive(sender.ssrc, 1)).toBe("collision");
    receive(alice, 1);
    expect(receive(sender.ssrc, 2)).toBe("collision");
    expect(receiver.stats()).toMatchObject({ packetsReceived: 1, packetsCollided: 2, ssrc: alice });
  });

  describe("of our own packets, sent back by a reflector,", () => {
    const reflect = ({ sender, receiver }: ReturnType<typeof setUp>, number: number, arrivalMs = 20 * number) => {
      const packet = new Uint8Array(172);
      sender.writeHeader(packet, 0, 160 * number, false, 160, arrivalMs);
      const view = new RtpPacketView();
      view.reset(packet);
      return receiver.receive(view, arrivalMs);
    };

    test("is heard while nobody else is, and counted like any other", () => {
      const stream = setUp();
      let dropped = 0;
      for (let i = 0; i < 70_000; i++) if (reflect(stream, i) !== "accepted") dropped++;
      expect(dropped).toBe(0);
      expect(stream.receiver.stats()).toMatchObject({
        packetsReceived: 70_000,
        packetsReflected: 70_000,
        packetsLost: 0,
        packetsCollided: 0,
      });
    });

    test("gives way to another source, and comes back once that is silent for a second", () => {
      const stream = setUp();
      reflect(stream, 1);
      expect(stream.receive(alice, 1)).toBe("probation");
      reflect(stream, 2);
      expect(stream.receive(alice, 2)).toBe("sourceChanged");
      expect(reflect(stream, 3)).toBe("reflected");
      expect(stream.receive(alice, 3)).toBe("accepted");
      expect(reflect(stream, 4)).toBe("reflected");
      expect(reflect(stream, 54)).toBe("sourceChanged");
      expect(stream.receiver.stats()).toMatchObject({ packetsReceived: 5, packetsReflected: 5 });
    });

    test("is told from a source that happens to have our SSRC by its numbers", () => {
      const stream = setUp();
      const { sender, receiver } = stream;
      reflect(stream, 1);
      sender.changeSsrc();
      const { ssrc, sequenceNumber } = sender;
      const timestamp = sender.timestampAt(160);
      expect(receiver.receive(rtpView({ ssrc, sequenceNumber, timestamp }), 40)).toBe("collision");
      reflect(stream, 2, 2000);
      expect(receiver.receive(rtpView({ ssrc, sequenceNumber: sequenceNumber + 9, timestamp }), 2020)).toBe("accepted");
    });

    test("is not reported on: reports go to the source", () => {
      const stream = setUp();
      reflect(stream, 1);
      expect(stream.receiver.takeReportBlock(1000)).toBeUndefined();
    });
  });

  test("makes a report block of what was heard since the last one (RFC 3550 §6.4.1)", () => {
    const { receiver, receive } = setUp();
    expect(receiver.takeReportBlock(0)).toBeUndefined();
    for (const number of [0xfffe, 0xffff, 0x10001]) receive(alice, number);
    receiver.senderReportReceived(alice, 0xabcd1234, 1000);
    expect(receiver.takeReportBlock(1500)).toEqual({
      ssrc: alice,
      fractionLost: 64,
      cumulativeLost: 1,
      extendedHighestSequenceNumber: 0x10001,
      jitter: 0,
      lastSenderReport: 0xabcd1234,
      delaySinceLastSenderReport: 32_768,
    });
    expect(receiver.takeReportBlock(2000)).toBeUndefined();
  });

  test("leaves packets whose timestamps stand still out of the jitter when told so", () => {
    const { receiver } = setUp();
    for (let i = 0; i < 5; i++) receiver.receive(rtpView({ ssrc: alice, sequenceNumber: i, timestamp: 1000 }), 20 * i, false);
    expect(receiver.stats().jitterMs).toBe(0);
  });
});
