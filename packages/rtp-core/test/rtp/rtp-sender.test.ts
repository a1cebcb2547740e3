import { describe, expect, test } from "vitest";
import { RtpError, RtpPacketView, RtpSender } from "@sidetone/rtp-core";
import { SeededRandom } from "@sidetone/testkit";

function setUp(seed = 1) {
  const sender = new RtpSender({ random: new SeededRandom(seed), clockRate: 8000 });
  const view = new RtpPacketView();
  const target = new Uint8Array(172);
  const send = (position: number, marker = false, nowMs = position / 8): RtpPacketView => {
    expect(sender.writeHeader(target, 0, position, marker, 160, nowMs)).toBe(12);
    view.reset(target);
    return view;
  };
  return { sender, send, target };
}

describe("an outgoing stream", () => {
  test("counts sequence numbers on, and timestamps by position from a random start", () => {
    const { sender, send } = setUp();
    const first = send(0);
    const { sequenceNumber, timestamp } = first;
    expect(timestamp).not.toBe(0);
    expect(send(160)).toMatchObject({
      sequenceNumber: (sequenceNumber + 1) & 0xffff,
      timestamp: (timestamp + 160) >>> 0,
      ssrc: sender.ssrc,
    });
    expect(sender.timestampAt(160)).toBe((timestamp + 160) >>> 0);
  });

  test("takes SSRC, sequence number and timestamp from its source of randomness", () => {
    const describeFirst = (seed: number) => {
      const { ssrc, sequenceNumber, timestamp } = setUp(seed).send(0);
      return { ssrc, sequenceNumber, timestamp };
    };
    expect(describeFirst(1)).toEqual(describeFirst(1));
    expect(describeFirst(1)).not.toEqual(describeFirst(2));
  });

  test("marks the first packet of all, and then those that begin a talk-spurt", () => {
    const { send } = setUp();
    expect([send(0).marker, send(160).marker, send(4000, true).marker, send(4160).marker]).toEqual([true, false, true, false]);
  });

  test("wraps sequence numbers and timestamps", () => {
    const { sender, send } = setUp();
    for (let i = 0; i < 0x10000; i++) send(160 * i);
    const { sequenceNumber } = send(2 ** 33);
    expect(sequenceNumber).toBe((sender.sequenceNumber - 1) & 0xffff);
    expect(sender.timestampAt(2 ** 33)).toBe(sender.timestampAt(0));
  });

  test("counts packets and payload octets for sender reports, and starts again with another SSRC", () => {
    const { sender, send } = setUp();
    send(0);
    send(160);
    expect(sender).toMatchObject({ packetCount: 2, octetCount: 320 });
    const former = sender.ssrc;
    expect(sender.changeSsrc()).toBe(former);
    expect(sender.ssrc).not.toBe(former);
    expect(sender).toMatchObject({ packetCount: 0, octetCount: 0 });
    expect(send(320).marker).toBe(true);
    expect(sender.stats()).toMatchObject({ packetsSent: 3, octetsSent: 480 });
  });

  test("never takes an SSRC that is known to be another's", () => {
    const random = new SeededRandom();
    const drawn = [1, 2, 3, 1, 77, 4];
    random.uint32 = () => drawn.shift()!;
    const sender = new RtpSender({ random, clockRate: 8000 });
    expect([sender.changeSsrc(77), sender.ssrc]).toEqual([1, 4]);
  });

  test("knows the timestamp of an instant from the last packet sent", () => {
    const { sender, send } = setUp();
    send(1600, false, 5000);
    expect(sender.timestampAtTime(5010)).toBe(sender.timestampAt(1680));
  });

  test("refuses a clock rate that is none", () => {
    expect(() => new RtpSender({ random: new SeededRandom(), clockRate: 0 })).toThrow(RtpError);
  });
});
