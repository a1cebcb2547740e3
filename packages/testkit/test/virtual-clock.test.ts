import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { VirtualClock } from "@sidetone/testkit";

function setUp() {
  const clock = new VirtualClock();
  const log: string[] = [];
  const at = (delayMs: number, name: string) => clock.setTimer(delayMs, () => void log.push(`${name}@${clock.now()}`));
  return { clock, log, at };
}

describe("VirtualClock", () => {
  test("stands still until it is advanced", () => {
    const { clock, log, at } = setUp();
    at(0, "a");
    expect(clock.now()).toBe(0);
    expect(log).toEqual([]);
    clock.advanceSync(0);
    expect(log).toEqual(["a@0"]);
  });

  test("runs timers by due time, those of one instant in the order set", () => {
    const { clock, log, at } = setUp();
    at(20, "c");
    at(10, "a");
    at(10, "b");
    clock.advanceSync(30);
    expect(log).toEqual(["a@10", "b@10", "c@20"]);
    expect(clock.now()).toBe(30);
  });

  test("runs a timer that a timer sets within the same advance", () => {
    const { clock, log, at } = setUp();
    clock.setTimer(10, () => at(5, "nested"));
    clock.advanceSync(15);
    expect(log).toEqual(["nested@15"]);
  });

  test("leaves timers beyond the end, and counts them", () => {
    const { clock, log, at } = setUp();
    at(11, "late");
    clock.advanceSync(10);
    expect(log).toEqual([]);
    expect(clock.pendingTimers).toBe(1);
    expect(clock.nextTimerMs).toBe(1);
  });

  test("never runs a cancelled timer; cancel is idempotent, also after it ran", () => {
    const { clock, log, at } = setUp();
    const cancelled = at(5, "cancelled");
    const ran = at(6, "ran");
    cancelled.cancel();
    cancelled.cancel();
    clock.advanceSync(10);
    ran.cancel();
    expect(log).toEqual(["ran@6"]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("hands the argument to the callback", () => {
    const { clock } = setUp();
    const got: string[] = [];
    clock.setTimer(1, (word: string) => void got.push(word), "word");
    clock.advanceSync(1);
    expect(got).toEqual(["word"]);
  });

  test("wall-clock time moves with it from a fixed epoch", () => {
    const { clock } = setUp();
    clock.advanceSync(1500);
    expect(new Date(clock.wallNow()).toISOString()).toBe("2026-01-01T00:00:01.500Z");
    expect(new VirtualClock({ epochMs: 7 }).wallNow()).toBe(7);
  });

  test("async: what a timer leads to is done before the next timer of the same instant", async () => {
    const { clock, log } = setUp();
    clock.setTimer(10, async () => {
      for (let i = 0; i < 20; i++) await undefined;
      log.push("first done");
    });
    clock.setTimer(10, () => void log.push("second"));
    await clock.advance(10);
    expect(log).toEqual(["first done", "second"]);
  });

  test("async: a timer set by a promise reaction within the span still fires in it", async () => {
    const { clock, log, at } = setUp();
    void Promise.resolve().then(() => at(10, "late setter"));
    await clock.advance(10);
    expect(log).toEqual(["late setter@10"]);
  });

  test("async: runs to the settling of a promise and no further", async () => {
    const { clock } = setUp();
    const promise = new Promise<string>((resolve) => clock.setTimer(750, () => resolve("done")));
    clock.setTimer(800, () => {});
    await expect(clock.advanceUntil(promise)).resolves.toBe("done");
    expect(clock.now()).toBe(750);
    await expect(clock.advanceUntil(new Promise(() => {}), { limitMs: 10 })).rejects.toThrow("still pending after 10 ms");
    await expect(clock.advanceUntil(new Promise(() => {}))).rejects.toThrow("nothing left to wait for");
  });

  test("an error thrown by a callback comes out of the advance", async () => {
    const { clock } = setUp();
    const fail = () => {
      throw new Error("boom");
    };
    clock.setTimer(1, fail);
    expect(() => clock.advanceSync(1)).toThrow("boom");
    clock.setTimer(1, fail);
    await expect(clock.advance(1)).rejects.toThrow("boom");
    clock.advanceSync(1);
  });

  test("refuses to move backwards, by NaN, or twice at once", async () => {
    const { clock } = setUp();
    expect(() => clock.advanceSync(-1)).toThrow(RangeError);
    expect(() => clock.advanceSync(Number.NaN)).toThrow(RangeError);
    expect(() => clock.setTimer(Number.NaN, () => {})).toThrow(TypeError);
    const running = clock.advance(1);
    expect(() => clock.advanceSync(1)).toThrow("being advanced already");
    await running;
  });

  test("orders any mixture of set and cancelled timers as a sorted list would", () => {
    const entry = fc.record({ delayMs: fc.integer({ min: 0, max: 50 }), cancelled: fc.boolean() });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 20, maxLength: 200, size: "max" }), (entries) => {
        const clock = new VirtualClock();
        const ran: number[] = [];
        const timers = entries.map(({ delayMs }, index) => clock.setTimer(delayMs, () => void ran.push(index)));
        entries.forEach(({ cancelled }, index) => cancelled && timers[index]?.cancel());
        expect(clock.pendingTimers).toBe(entries.filter(({ cancelled }) => !cancelled).length);
        clock.advanceSync(50);
        const expected = entries
          .map(({ delayMs, cancelled }, index) => ({ delayMs, cancelled, index }))
          .filter(({ cancelled }) => !cancelled)
          .sort((a, b) => a.delayMs - b.delayMs || a.index - b.index)
          .map(({ index }) => index);
        expect(ran).toEqual(expected);
        expect(clock.pendingTimers).toBe(0);
      }),
    );
  });
});
