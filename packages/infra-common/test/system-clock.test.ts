import { describe, expect, test } from "vitest";
import { SystemClock } from "@sidetone/infra-common";

describe("SystemClock", () => {
  test("fires in order of time, not early, with the argument", async () => {
    const clock = new SystemClock();
    const start = clock.now();
    const fired: { delayMs: number; lateMs: number }[] = [];
    await new Promise<void>((resolve) => {
      for (const delayMs of [12, 3, 7.5, 0]) {
        clock.setTimer(delayMs, (wanted: number) => void fired.push({ delayMs: wanted, lateMs: clock.now() - start - wanted }), delayMs);
      }
      clock.setTimer(14, () => resolve());
    });
    expect(fired.map(({ delayMs }) => delayMs)).toEqual([0, 3, 7.5, 12]);
    for (const { lateMs } of fired) expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(clock.pendingTimers).toBe(0);
  });

  test("wall-clock time is the system's", () => {
    const clock = new SystemClock();
    const before = new Date(2020, 0, 1).getTime();
    expect(clock.wallNow()).toBeGreaterThan(before);
    expect(Number.isInteger(clock.wallNow())).toBe(true);
  });

  test("does not hold the process open", () => {
    const holding = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
    const before = holding();
    const timer = new SystemClock().setTimer(60_000, () => {});
    expect(holding()).toBe(before);
    timer.cancel();
  });

  test("looks for sleeps only while somebody wants to know, and does not hold the process open for it", () => {
    const timeouts = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
    const before = timeouts();
    const clock = new SystemClock();
    const [stopOne, stopOther] = [clock.onSleep(() => {}), clock.onSleep(() => {})];
    expect(timeouts()).toBe(before);
    stopOne();
    stopOne();
    stopOther();
    expect(clock.pendingTimers).toBe(0);
  });
});
