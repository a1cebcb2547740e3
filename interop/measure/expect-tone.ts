import { expect } from "vitest";
import { measureTone } from "./measure-tone.ts";
import { soundingParts } from "./sounding-parts.ts";

/**
 * For tests that measure audio: a machine that stops both programs for a tenth of a second makes a gap that is nobody's fault; a fault comes
 * again.
 */
export const audioRetry = { retry: 2 } as const;

/** A busy machine may cost a packet or two on the way; a wrong clock or a frame lost now and then costs many. */
const fewBreaks = 2;

/** One tone of this frequency and level, without a gap, and nothing else but silence before and after it. */
export function expectTone(samples: Int16Array, sampleRate: number, expected: { hz: number; levelDbfs: number; atLeastMs: number }): void {
  const parts = soundingParts(samples, sampleRate);
  expect(parts.map(({ startMs, endMs }) => `${startMs}…${endMs}`)).toHaveLength(1);
  const tone = measureTone(parts[0]!.samples, sampleRate);
  expect(tone.hz).toBeCloseTo(expected.hz, 0);
  expect(tone.levelDbfs).toBeCloseTo(expected.levelDbfs, 0);
  expect(tone.durationMs).toBeGreaterThan(expected.atLeastMs);
  expect(tone.breaks).toBeLessThanOrEqual(fewBreaks);
}
