import { describe, expect, test } from "vitest";
import { LevelMeter, peakDbfs, rmsDbfs } from "@sidetone/media-core";
import { sine, speechLike } from "../signals.ts";

function setUp() {
  const meter = new LevelMeter(8000);
  /** Measures `samples` in 20 ms frames; gives the share of frames with speech. */
  const listen = (samples: Int16Array) => {
    let active = 0;
    const frames = Math.floor(samples.length / 160);
    for (let i = 0; i < frames; i++) {
      meter.update(samples.subarray(i * 160, (i + 1) * 160));
      if (meter.speechActive) active++;
    }
    return active / frames;
  };
  return { meter, listen };
}

/** A repeatable hiss. */
function noise(samples: number, peak: number): Int16Array {
  let state = 1;
  return Int16Array.from({ length: samples }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state / 2 ** 31 - 1) * peak;
  });
}

describe("level meter", () => {
  test("reads −3 dBFS RMS and 0 dBFS peak for a full-scale sine, and 0 for a full-scale square wave", () => {
    const full = sine(8000, 1000, 0.1, 32_767);
    expect(rmsDbfs(full)).toBeCloseTo(-3.01, 2);
    expect(peakDbfs(full)).toBeCloseTo(0, 2);
    expect(rmsDbfs(new Int16Array(160).fill(-32_768))).toBe(0);
  });

  test("reads −Infinity for digital silence", () => {
    const { meter } = setUp();
    meter.update(new Int16Array(160));
    expect([meter.rmsDbfs, meter.peakDbfs]).toEqual([-Infinity, -Infinity]);
  });

  test("shows the level of the last frame, and none before the first", () => {
    const { meter } = setUp();
    expect(meter.rmsDbfs).toBe(-Infinity);
    meter.update(sine(8000, 1000, 0.02, 10_000));
    meter.update(sine(8000, 1000, 0.02, 1000));
    expect(meter.rmsDbfs).toBeCloseTo(-33.32, 1);
    expect(meter.peakDbfs).toBeCloseTo(-30.31, 1);
    meter.update(new Int16Array(0));
    expect(meter.rmsDbfs).toBeCloseTo(-33.32, 1);
  });

  test("takes speech for speech, and neither silence nor a steady hiss", () => {
    expect(setUp().listen(speechLike(8000, 2))).toBeGreaterThan(0.95);
    expect(setUp().listen(new Int16Array(16_000))).toBe(0);
    expect(setUp().listen(noise(16_000, 30))).toBe(0);
  });

  test("gets used to a louder background within seconds", () => {
    const { listen } = setUp();
    const hiss = noise(8000 * 10, 300);
    listen(hiss);
    expect(listen(hiss.subarray(0, 8000))).toBe(0);
    expect(listen(speechLike(8000, 1))).toBeGreaterThan(0.9);
  });

  test("holds on for 200 ms after the last word", () => {
    const { meter, listen } = setUp();
    listen(sine(8000, 300, 0.2, 8000));
    listen(new Int16Array(8 * 180));
    expect(meter.speechActive).toBe(true);
    listen(new Int16Array(8 * 40));
    expect(meter.speechActive).toBe(false);
  });

  test("starts afresh when reset", () => {
    const { meter, listen } = setUp();
    listen(sine(8000, 300, 0.2, 8000));
    meter.reset();
    expect(meter).toMatchObject({ rmsDbfs: -Infinity, peakDbfs: -Infinity, speechActive: false });
  });
});
