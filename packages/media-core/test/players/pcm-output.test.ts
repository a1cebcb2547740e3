import { describe, expect, test } from "vitest";
import { findTone, PcmOutput, type PcmOutputOptions } from "@sidetone/media-core";
import { sine } from "../signals.ts";

function setUp(options: PcmOutputOptions = {}) {
  const output = new PcmOutput(options);
  /** The packets of so many milliseconds. */
  const send = (milliseconds: number, rate = 8000) => {
    const packets = new Int16Array((milliseconds * rate) / 1000);
    for (let at = 0; at < packets.length; at += rate / 50) {
      const packet = packets.subarray(at, at + rate / 50);
      packet.fill(99);
      if (output.read(packet, rate) !== packet.length) return packets.subarray(0, at);
    }
    return packets;
  };
  /** Whether a promise has resolved by now, and with what. */
  const settled = async (promise: Promise<unknown>) => {
    let outcome: unknown = "pending";
    void promise.then((value) => (outcome = value));
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    return outcome;
  };
  return { output, send, settled };
}

const isSilent = (samples: Int16Array) => samples.length > 0 && samples.every((sample) => sample === 0);

describe("the application's audio", () => {
  test("goes out in order, whatever the size of the chunks, followed by silence", async () => {
    const { output, send } = setUp({ highWaterMs: 10_000 });
    const speech = sine(8000, 440, 0.5);
    for (let at = 0, size = 1; at < speech.length; at += size, size = (size * 7) % 613) {
      await output.write(speech.subarray(at, at + size), { sampleRate: 8000 });
    }
    expect(output.queuedMs).toBeCloseTo(500, 6);
    expect(output.isPlaying).toBe(true);
    expect(send(500)).toEqual(speech);
    expect(output.isPlaying).toBe(false);
    expect(output.playedMs).toBeCloseTo(500, 6);
    expect(isSilent(send(100))).toBe(true);
    expect(output.playedMs).toBeCloseTo(500, 6);
  });

  test("is copied: the writer may use its buffer again", async () => {
    const { output, send } = setUp();
    const buffer = new Int16Array(160).fill(1000);
    await output.write(buffer, { sampleRate: 8000 });
    buffer.fill(0);
    expect(send(20)[0]).toBe(1000);
  });

  test("is converted from any rate to the call's, and chunks of different rates follow each other", async () => {
    const { output, send } = setUp({ highWaterMs: 10_000 });
    await output.write(sine(24_000, 400, 1), { sampleRate: 24_000 });
    await output.write(sine(16_000, 900, 1), { sampleRate: 16_000 });
    await output.write(sine(8000, 1500, 1), { sampleRate: 8000 });
    expect(findTone(send(980), 8000)!.hz).toBeCloseTo(400, 0);
    send(40);
    expect(findTone(send(960), 8000)!.hz).toBeCloseTo(900, 0);
    send(40);
    expect(findTone(send(960), 8000)!.hz).toBeCloseTo(1500, 0);
  });

  test("paces its writer: a write resolves when less than the high-water mark waits", async () => {
    const { output, send, settled } = setUp();
    expect(await settled(output.write(new Int16Array(1592), { sampleRate: 8000 }))).toBe(true);
    const second = output.write(new Int16Array(1600), { sampleRate: 8000 });
    expect(await settled(second)).toBe("pending");
    send(180);
    expect(await settled(second)).toBe("pending");
    send(40);
    expect(await settled(second)).toBe(true);
  });

  test("is cut off by clear: silence starts with the next packet, and it says what was played", async () => {
    const { output, send, settled } = setUp();
    const write = output.write(sine(24_000, 440, 2), { sampleRate: 24_000 });
    send(600);
    const { playedMs, discardedMs } = output.clear();
    expect(playedMs).toBeGreaterThan(599);
    expect(playedMs).toBeLessThan(610);
    expect(playedMs + discardedMs).toBeCloseTo(2000, 6);
    expect(isSilent(send(20))).toBe(true);
    expect(await settled(write)).toBe(true);
    expect(output.queuedMs).toBe(0);
  });

  test("counts from the last clear, without the silence in between", async () => {
    const { output, send } = setUp();
    void output.write(new Int16Array(8000).fill(5), { sampleRate: 8000 });
    send(300);
    output.clear();
    send(5000);
    void output.write(new Int16Array(8000).fill(5), { sampleRate: 8000 });
    send(120);
    expect(output.clear()).toEqual({ playedMs: expect.closeTo(120, 6) as number, discardedMs: expect.closeTo(880, 6) as number });
    expect(output.clear()).toEqual({ playedMs: 0, discardedMs: 0 });
  });

  test("ends when all that was written has gone out", async () => {
    const { output, send, settled } = setUp();
    void output.write(new Int16Array(480).fill(7), { sampleRate: 8000 });
    const ended = output.end();
    expect(await settled(ended)).toBe("pending");
    expect(send(60).every((sample) => sample === 7)).toBe(true);
    expect(await settled(ended)).toBeUndefined();
    expect(output.read(new Int16Array(160), 8000)).toBe(0);
    await expect(output.write(new Int16Array(1), { sampleRate: 8000 })).rejects.toMatchObject({ code: "MEDIA_OUTPUT_ENDED" });
  });

  test("ends with a short frame when the last one is not full, and brings out the resampler's tail", () => {
    const { output } = setUp();
    void output.write(new Int16Array(200).fill(7), { sampleRate: 8000 });
    void output.end();
    const frame = new Int16Array(160);
    expect([output.read(frame, 8000), output.read(frame, 8000), output.read(frame, 8000)]).toEqual([160, 40, 0]);

    const { output: converted } = setUp();
    void converted.write(new Int16Array(400).fill(7), { sampleRate: 16_000 });
    void converted.end();
    expect([converted.read(frame, 8000), converted.read(frame, 8000), converted.read(frame, 8000)]).toEqual([160, 70, 0]);
  });

  test("ends at once when nothing was written, or when what was is cleared", async () => {
    const { output, settled } = setUp();
    expect(await settled(output.end())).toBeUndefined();
    const { output: cleared } = setUp();
    void cleared.write(new Int16Array(8000), { sampleRate: 8000 });
    const ended = cleared.end();
    cleared.clear();
    expect(await settled(ended)).toBeUndefined();
  });

  test("tells its writer, without an error, that the call was over first", async () => {
    const { output } = setUp();
    const pending = output.write(new Int16Array(8000), { sampleRate: 8000 });
    output.close();
    output.close();
    expect(await pending).toBe(false);
    expect(await output.write(new Int16Array(80), { sampleRate: 8000 })).toBe(false);
    expect(await output.end()).toBeUndefined();
    expect(output.read(new Int16Array(160), 8000)).toBe(0);
  });

  test("refuses a writer that never waits, and keeps what it has", async () => {
    const { output } = setUp({ mostQueuedMs: 1000 });
    const second = new Int16Array(8000);
    void output.write(second, { sampleRate: 8000 });
    await expect(output.write(second, { sampleRate: 8000 })).rejects.toMatchObject({ code: "MEDIA_OUTPUT_OVERFLOW" });
    expect(output.queuedMs).toBe(1000);
  });

  test("refuses an impossible sample rate", async () => {
    const { output } = setUp();
    await expect(output.write(new Int16Array(8), { sampleRate: 0 })).rejects.toMatchObject({ code: "MEDIA_OPTION_INVALID" });
  });

  test("takes a day of small chunks without growing", async () => {
    const { output, send } = setUp();
    const chunk = new Int16Array(160);
    for (let i = 0; i < 20_000; i++) {
      await output.write(chunk, { sampleRate: 8000 });
      send(20);
    }
    expect(output.queuedMs).toBe(0);
    expect(output.playedMs).toBeCloseTo(400_000, 3);
  });
});
