import { describe, expect, test } from "vitest";
import { findTone, lengthen, rmsDbfs, shorten } from "@sidetone/media-core";
import { largestStep, sine } from "../signals.ts";

/** Changes every fifth frame of 20 ms. */
function setUp(signal: Int16Array, change: (frame: Int16Array) => Int16Array): Int16Array {
  const frames: number[] = [];
  for (let at = 0, index = 0; at + 160 <= signal.length; at += 160, index++) {
    const frame = signal.slice(at, at + 160);
    frames.push(...(index % 5 === 4 ? change(frame) : frame));
  }
  return Int16Array.from(frames);
}

const shortened = (frame: Int16Array): Int16Array => frame.subarray(0, shorten(frame));
const lengthened = (frame: Int16Array): Int16Array => {
  const target = new Int16Array(240);
  return target.subarray(0, lengthen(frame, target));
};

describe("a frame of sound", () => {
  test.each([
    ["shorter", 120, shortened],
    ["shorter", 440, shortened],
    ["shorter", 1000, shortened],
    ["longer", 120, lengthened],
    ["longer", 440, lengthened],
    ["longer", 1000, lengthened],
  ] as const)("gets %s by a period and keeps its pitch of %i Hz, without a click", (_, hz, change) => {
    const signal = sine(8000, hz, 2);
    const changed = setUp(signal, change);
    const share = changed.length / signal.length;
    expect(share).toBeGreaterThan(change === shortened ? 0.89 : 1.04);
    expect(share).toBeLessThan(change === shortened ? 0.96 : 1.11);
    expect(findTone(changed, 8000)!.hz).toBeCloseTo(hz, -1);
    expect(rmsDbfs(changed)).toBeCloseTo(rmsDbfs(signal), 0);
    expect(largestStep(changed)).toBeLessThan(1.1 * largestStep(signal));
  });

  test("that does not repeat itself stays as it is", () => {
    let seed = 1;
    const noise = Int16Array.from({ length: 160 }, () => (seed = (seed * 48_271) % 0x7fffffff) % 20_000);
    const hiss = noise.map((sample) => sample - 10_000);
    expect(shortened(hiss.slice())).toEqual(hiss);
    expect(lengthened(hiss)).toEqual(hiss);
  });
});
