import { describe, expect, test } from "vitest";
import { resample, Resampler, SampleSource } from "@sidetone/media-core";
import { largestStep, sine } from "../signals.ts";

/** Reads a clip to its end in frames of 20 ms (or as told), as a call would. */
function setUp(samples: Int16Array, sampleRate: number, loop = false) {
  const source = new SampleSource(samples, { sampleRate, loop });
  const readAll = (rate: number, frameSamples = rate / 50, most = Infinity) => {
    const output: number[] = [];
    const frame = new Int16Array(frameSamples);
    for (let count = frameSamples; count === frameSamples && output.length < most;) {
      count = source.read(frame, rate);
      output.push(...frame.subarray(0, count));
    }
    return Int16Array.from(output);
  };
  return { source, readAll };
}

describe("clip player", () => {
  test("plays every sample once at its own rate, and then has ended", () => {
    const clip = sine(8000, 440, 0.333);
    const { source, readAll } = setUp(clip, 8000);
    expect(readAll(8000)).toEqual(clip);
    expect(source.read(new Int16Array(160), 8000)).toBe(0);
  });

  test.each([
    { from: 44_100, to: 8000 },
    { from: 16_000, to: 8000 },
    { from: 8000, to: 48_000 },
  ])("plays a clip of $from Hz into a call of $to Hz, its end included", ({ from, to }) => {
    const clip = sine(from, 300, 0.5);
    const played = setUp(clip, from).readAll(to);
    const lateBy = played.length - (clip.length * to) / from;
    expect(lateBy).toBeGreaterThan(0);
    expect(lateBy).toBeLessThan(to * 0.004);
    const wanted = resample(clip, from, to);
    const delay = Math.round((new Resampler(from, to).delayMs * to) / 1000);
    expect(played.subarray(delay, delay + wanted.length)).toEqual(wanted);
  });

  test("plays the same whatever the frame length", () => {
    const clip = sine(44_100, 300, 0.2);
    const wanted = setUp(clip, 44_100).readAll(8000, 160);
    for (const frameSamples of [80, 1, 7, 5000]) expect(setUp(clip, 44_100).readAll(8000, frameSamples)).toEqual(wanted);
  });

  test("loops without a gap, resampled too", () => {
    const tenCycles = sine(16_000, 400, 0.025);
    const { readAll, source } = setUp(tenCycles, 16_000, true);
    const played = readAll(8000, 160, 16_000);
    expect(played.length).toBeGreaterThanOrEqual(16_000);
    expect(largestStep(played.subarray(100))).toBeLessThan(largestStep(sine(8000, 400, 0.1)) * 1.05);
    source.close();
    expect(source.read(new Int16Array(160), 8000)).toBe(0);
  });

  test("goes on when the call's codec changes its rate", () => {
    const { source } = setUp(sine(8000, 400, 1), 8000);
    expect(source.read(new Int16Array(160), 8000)).toBe(160);
    expect(source.read(new Int16Array(320), 16_000)).toBe(320);
    const frame = new Int16Array(160);
    expect(source.read(frame, 8000)).toBe(160);
    expect(Math.max(...frame)).toBeGreaterThan(9000);
  });

  test("has ended from the start when there is nothing to play, even in a loop", () => {
    expect(setUp(new Int16Array(0), 8000).source.read(new Int16Array(160), 8000)).toBe(0);
    expect(setUp(new Int16Array(0), 8000, true).source.read(new Int16Array(160), 8000)).toBe(0);
    expect(setUp(new Int16Array(0), 44_100, true).source.read(new Int16Array(160), 8000)).toBe(0);
  });

  test("refuses an impossible sample rate", () => {
    expect(() => new SampleSource(new Int16Array(1), { sampleRate: 0 })).toThrow(expect.objectContaining({ code: "MEDIA_OPTION_INVALID" }));
  });
});
