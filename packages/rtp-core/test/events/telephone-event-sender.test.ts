import { describe, expect, test } from "vitest";
import { RtpError, TelephoneEventSender, type TelephoneEventSenderOptions } from "@sidetone/rtp-core";

function setUp(options: Partial<TelephoneEventSenderOptions> = {}) {
  const sender = new TelephoneEventSender({ clockRate: 8000, ...options });
  let position = 0;
  /** One character a packet interval: the key, in capitals when it ended; "." for audio. With M for the marker. */
  const poll = (intervals: number) =>
    Array.from({ length: intervals }, () => {
      const packet = sender.poll(position);
      const now = position;
      position += 160;
      return packet && { ...packet, at: now };
    });
  const trace = (intervals: number) =>
    poll(intervals)
      .map((packet) => (packet ? `${packet.event}${packet.marker ? "M" : ""}${packet.end ? "E" : ""}` : "."))
      .join(" ");
  return { sender, poll, trace };
}

describe("sending keys (RFC 4733 §2.5.1)", () => {
  test("marks the first packet, lets the duration grow under one timestamp, and sends the final packet three times", () => {
    const { sender, poll } = setUp();
    sender.send("5");
    const packets = poll(8);
    expect(packets[7]).toBeUndefined();
    expect(packets.slice(0, 7).map((packet) => [packet!.position, packet!.duration, packet!.marker, packet!.end])).toEqual([
      [0, 160, true, false],
      [0, 320, false, false],
      [0, 480, false, false],
      [0, 640, false, false],
      [0, 800, false, true],
      [0, 800, false, true],
      [0, 800, false, true],
    ]);
    expect(packets[0]).toMatchObject({ event: 5, volume: 10 });
    expect(sender.busy).toBe(false);
  });

  test("tells when all is said and only the last final packet is repeated", () => {
    const { sender, poll } = setUp();
    sender.send("12", { gapMs: 0 });
    const repeating = Array.from({ length: 15 }, () => (poll(1), sender.isRepeating));
    expect(repeating.map((is) => (is ? "r" : ".")).join("")).toBe("...........rr..");
    expect(sender.busy).toBe(false);
  });

  test("leaves a gap between keys, and audio in it", () => {
    const { sender, trace } = setUp({ gapMs: 100 });
    sender.send("1#");
    expect(trace(16)).toBe("1M 1 1 1 1E 1E 1E . . . 11M 11 11 11 11E 11E");
  });

  test("begins the next key no sooner than the final packets are sent", () => {
    const { sender, trace } = setUp({ gapMs: 0 });
    sender.send("1", { durationMs: 40 });
    sender.send("1", { durationMs: 40 });
    expect(trace(9)).toBe("1M 1E 1E 1E 1M 1E 1E 1E .");
  });

  test("ends exactly after the duration asked for, also between packet intervals", () => {
    const { sender, poll } = setUp();
    sender.send("0", { durationMs: 50 });
    expect(poll(3).map((packet) => [packet!.duration, packet!.end])).toEqual([
      [160, false],
      [320, false],
      [400, true],
    ]);
  });

  test("sends a key of one interval with marker and E bit in its first packet", () => {
    const { sender, trace } = setUp();
    sender.send("7", { durationMs: 20 });
    expect(trace(4)).toBe("7ME 7E 7E .");
  });

  test.each(Array.from("0123456789*#ABCD!", (key, event) => [key, event] as const))("sends %s as event %i", (key, event) => {
    const { sender, poll } = setUp();
    sender.send(key.toLowerCase());
    expect(poll(1)[0]!.event).toBe(event);
    expect(sender.sendingKey).toBe(key);
  });

  test("refuses a text with a character that is no key, as a whole", () => {
    const { sender } = setUp();
    expect(() => sender.send("12E")).toThrow(expect.objectContaining({ code: "RTP_EVENT_INVALID" }) as Error);
    expect(sender.busy).toBe(false);
    expect(() => sender.send("1".repeat(257))).toThrow(RtpError);
    expect(() => sender.send("1", { durationMs: 10 })).toThrow(RtpError);
    expect(() => sender.send("1", { gapMs: NaN })).toThrow(RtpError);
    expect(() => new TelephoneEventSender({ clockRate: 8000, volume: 64 })).toThrow(RtpError);
  });

  test("starts at the position that is polled, not at 0", () => {
    const { sender, poll } = setUp();
    poll(10);
    sender.send("1");
    expect(poll(1)[0]).toMatchObject({ position: 1600, duration: 160, marker: true });
  });
});

describe("events longer than the duration field (RFC 4733 §2.5.1.3)", () => {
  test("continue in a new segment without marker, after 65535 without E bit, sent three times", () => {
    const { sender, poll } = setUp();
    sender.send("9", { durationMs: 10_000 });
    const packets = poll(510).filter((packet) => packet !== undefined);
    const full = packets.filter(({ duration }) => duration === 0xffff);
    expect(full.map(({ position, end, marker }) => [position, end, marker])).toEqual([
      [0, false, false],
      [0, false, false],
      [0, false, false],
    ]);
    const second = packets.filter(({ position }) => position === 0xffff);
    expect(second[0]).toMatchObject({ marker: false, end: false });
    // The segment counts from where the one before ended, although its first packet comes later.
    expect(second[0]!.duration).toBe(second[0]!.at + 160 - 0xffff);
    expect(second.slice(-3).map(({ duration, end }) => [duration, end])).toEqual(Array(3).fill([80_000 - 0xffff, true]));
    expect(packets.filter(({ marker }) => marker)).toHaveLength(1);
    expect(sender.busy).toBe(false);
  });

  test("of exactly one segment end with the E bit", () => {
    const { sender, poll } = setUp({ clockRate: 8000 });
    sender.send("9", { durationMs: 0xffff / 8 });
    const packets = poll(420).filter((packet) => packet !== undefined);
    expect(packets.slice(-3).every(({ end, duration, position }) => end && duration === 0xffff && position === 0)).toBe(true);
  });
});

describe("press and release", () => {
  test("sounds until it is released", () => {
    const { sender, trace } = setUp();
    sender.press("3");
    expect(trace(10)).toBe("3M 3 3 3 3 3 3 3 3 3");
    sender.release();
    expect(trace(4)).toBe("3E 3E 3E .");
  });

  test("sounds for 40 ms at least", () => {
    const { sender, trace } = setUp();
    sender.press("3");
    sender.release();
    expect(trace(5)).toBe("3M 3E 3E 3E .");
  });

  test("ends the key held before when another is pressed", () => {
    const { sender, trace } = setUp({ gapMs: 0 });
    sender.press("1");
    trace(5);
    sender.press("2");
    expect(trace(5)).toBe("1E 1E 1E 2M 2");
  });

  test("ends the key under way when all is cleared", () => {
    const { sender, trace } = setUp();
    sender.send("123456", { durationMs: 1000 });
    trace(5);
    sender.clear();
    expect(trace(5)).toBe("1E 1E 1E . .");
    expect(sender.busy).toBe(false);
  });
});
