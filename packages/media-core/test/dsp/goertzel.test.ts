import { describe, expect, test } from "vitest";
import { findTone, rmsDbfs, toneLevel } from "@sidetone/media-core";
import { sine } from "../signals.ts";

describe("tone measurement (Goertzel)", () => {
  test.each([
    { hz: 440, peak: 32_767, levelDbfs: -3.01 },
    { hz: 440, peak: 3277, levelDbfs: -23.01 },
    { hz: 1004.3, peak: 10_000, levelDbfs: -13.32 },
    { hz: 3400, peak: 100, levelDbfs: -53.32 },
  ])("reads $levelDbfs dBFS for a sine of $hz Hz with peak $peak", ({ hz, peak, levelDbfs }) => {
    const samples = sine(8000, hz, 0.5, peak);
    expect(toneLevel(samples, 8000, hz)).toBeCloseTo(levelDbfs, 1);
    expect(toneLevel(samples, 8000, hz)).toBeCloseTo(rmsDbfs(samples), 1);
  });

  test("does not hear a tone elsewhere", () => {
    const samples = sine(8000, 1000, 0.5, 10_000);
    for (const hz of [200, 900, 1100, 3000]) expect(toneLevel(samples, 8000, hz)).toBeLessThan(-70);
  });

  test("tells two tones apart, each with its level", () => {
    const samples = sine(8000, 770, 0.2, 8000);
    sine(8000, 1336, 0.2, 4000).forEach((sample, i) => (samples[i] = samples[i]! + sample));
    expect(toneLevel(samples, 8000, 770) - toneLevel(samples, 8000, 1336)).toBeCloseTo(6.02, 1);
  });

  test("reads nothing in silence", () => {
    expect(toneLevel(new Int16Array(800), 8000, 440)).toBe(-Infinity);
    expect(findTone(new Int16Array(800), 8000)).toBeUndefined();
    expect(findTone(new Int16Array(0), 8000)).toBeUndefined();
  });

  test.each([
    { hz: 440, seconds: 0.1, sampleRate: 8000 },
    { hz: 440, seconds: 2, sampleRate: 8000 },
    { hz: 613.37, seconds: 1, sampleRate: 16_000 },
    { hz: 3100, seconds: 0.5, sampleRate: 48_000 },
  ])("finds $hz Hz in $seconds s at $sampleRate Hz", ({ hz, seconds, sampleRate }) => {
    const found = findTone(sine(sampleRate, hz, seconds, 10_000, 1), sampleRate)!;
    expect(Math.abs(found.hz - hz)).toBeLessThan(0.2);
    expect(found.levelDbfs).toBeCloseTo(-13.32, 1);
  });

  test("looks only where it is told to", () => {
    const samples = sine(8000, 2000, 0.2, 10_000);
    sine(8000, 500, 0.2, 1000).forEach((sample, i) => (samples[i] = samples[i]! + sample));
    expect(findTone(samples, 8000)!.hz).toBeCloseTo(2000, 0);
    expect(findTone(samples, 8000, { fromHz: 300, toHz: 1000 })!.hz).toBeCloseTo(500, 0);
  });
});
