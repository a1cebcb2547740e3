import { describe, expect, test } from "vitest";
import { SleepDetector } from "@sidetone/infra-common";

const paceMs = 2000;
const epochMs = 1_700_000_000_000;

describe("SleepDetector", () => {
  test.each([
    ["readings at their pace", 2000, 2000, undefined],
    ["a reading that a busy process delayed", 9000, 9000, undefined],
    ["a suspended Linux machine: the monotonic clock stood still", 2000, 602_000, { durationMs: 600_000, uncountedMs: 600_000 }],
    ["a suspended machine whose monotonic clock went on", 602_000, 602_000, { durationMs: 600_000, uncountedMs: 0 }],
    ["a process that was stopped for a while of a longer sleep", 32_000, 602_000, { durationMs: 600_000, uncountedMs: 570_000 }],
    ["a wall clock that was set back", 2000, -3_600_000, undefined],
    ["a process stopped while the wall clock was set back", 32_000, -3_600_000, { durationMs: 30_000, uncountedMs: 0 }],
  ])("%s", (_what, countedMs, elapsedMs, sleep) => {
    const detector = new SleepDetector(paceMs, 500, epochMs);
    expect(detector.read(500 + countedMs, epochMs + elapsedMs)).toEqual(sleep);
    expect(detector.read(500 + countedMs + paceMs, epochMs + elapsedMs + paceMs)).toBeUndefined();
  });
});
