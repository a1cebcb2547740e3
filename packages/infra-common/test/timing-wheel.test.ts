import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { TimingWheel, type Timer } from "@sidetone/infra-common";

const hourMs = 3_600_000;

interface Entry {
  index: number;
  due: number;
  firedAt: number[];
  cancelled: boolean;
  timer: Timer | undefined;
}

const tickMs = 1 / 8;
const tickOf = (due: number) => Math.ceil(due / tickMs);

/** A wheel over a time source which wakes it `latenessMs` after the moment asked for. */
function setUp({ startMs = 0.25, latenessMs = 0 } = {}) {
  let now = startMs;
  let wakeAtMs: number | undefined;
  let wakes = 0;
  const wheel = new TimingWheel({
    now: () => now,
    wakeAfter: (delayMs) => void (wakeAtMs = now + delayMs + latenessMs),
  });
  const fired: string[] = [];
  return {
    wheel,
    fired,
    now: () => now,
    /** Time since the start. */
    elapsedMs: () => now - startMs,
    wakes: () => wakes,
    /** Lets time pass without waking the wheel, as a blocked event loop does. */
    block: (ms: number) => void (now += ms),
    set: (delayMs: number, name: string) => wheel.set(delayMs, () => void fired.push(`${name}@${now - startMs}`), undefined),
    advance: (ms: number) => {
      const end = now + ms;
      while (wakeAtMs !== undefined && wakeAtMs <= end) {
        now = Math.max(now, wakeAtMs);
        wakeAtMs = undefined;
        wakes++;
        wheel.wake();
      }
      now = Math.max(now, end);
    },
  };
}

describe("TimingWheel", () => {
  test("fires at the first tick of ⅛ ms that is not before the timer's time", () => {
    const { set, advance, fired } = setUp({ startMs: 10.25 });
    set(1.75, "exactly at 12");
    set(1.76, "after 12");
    set(500.01, "after 510.25");
    advance(1000);
    expect(fired).toEqual(["exactly at 12@1.75", "after 12@1.875", "after 510.25@500.125"]);
  });

  test("meets absolute deadlines without drift", () => {
    const { wheel, advance, now } = setUp({ startMs: 61.921 });
    let deadline = 62;
    const times: number[] = [];
    const tick = () => {
      times.push(now());
      deadline++;
      wheel.set(deadline - now(), tick, undefined);
    };
    wheel.set(deadline - now(), tick, undefined);
    for (let i = 0; i < 100; i++) advance(0.371);
    times.forEach((time, index) => expect(time - 62 - index).toBeLessThanOrEqual(tickMs));
    expect(times).toHaveLength(38);
  });

  test("a timer for now, or for the past, fires at the next tick and never within set", () => {
    const { set, advance, fired } = setUp({ startMs: 10 });
    set(0, "now");
    set(-5, "past");
    expect(fired).toEqual([]);
    advance(1);
    expect(fired).toEqual(["now@0.125", "past@0.125"]);
  });

  test("a timer that sets itself for 0 ms fires once a tick", () => {
    const { wheel, advance, elapsedMs } = setUp({ startMs: 10 });
    const times: number[] = [];
    const again = () => {
      times.push(elapsedMs());
      wheel.set(0, again, undefined);
    };
    again();
    advance(0.5);
    expect(times).toEqual([0, 0.125, 0.25, 0.375, 0.5]);
  });

  test.each([
    ["a level", 2 ** 8 * tickMs],
    ["two levels", 2 ** 16 * tickMs],
    ["three levels", 2 ** 24 * tickMs],
    ["the signed range", 2 ** 31 * tickMs],
    ["the unsigned range", 2 ** 32 * tickMs],
    ["a year", 365 * 24 * hourMs],
  ])("keeps time across the boundary of %s", (_, boundaryMs) => {
    const { set, advance, fired } = setUp({ startMs: boundaryMs - 3 });
    for (const delayMs of [1, 2, 3, 4, 300, 70_000, 20_000_000]) set(delayMs, `${delayMs}`);
    advance(30_000_000);
    expect(fired).toEqual(["1@1", "2@2", "3@3", "4@4", "300@300", "70000@70000", "20000000@20000000"]);
  });

  test.each([
    ["38 hours", 38 * hourMs],
    ["40 days", 40 * 24 * hourMs],
    ["5 years", 5 * 365 * 24 * hourMs],
  ])("holds a timer of %s for its whole time", (_, delayMs) => {
    const { wheel, set, advance, fired } = setUp();
    set(delayMs, "distant");
    const cancelled = set(delayMs, "cancelled");
    advance(delayMs - 1);
    expect(fired).toEqual([]);
    cancelled.cancel();
    advance(2);
    expect(fired).toHaveLength(1);
    expect(wheel.size).toBe(0);
  });

  test("never fires an infinite timer, and refuses one that is not a number", () => {
    const { wheel, set, advance, fired } = setUp();
    const timer = set(Number.POSITIVE_INFINITY, "never");
    advance(100 * 24 * hourMs);
    expect(fired).toEqual([]);
    timer.cancel();
    expect(wheel.size).toBe(0);
    expect(() => set(Number.NaN, "nothing")).toThrow(TypeError);
  });

  test("keeps time after months of idleness", () => {
    const { set, advance, fired, block } = setUp();
    set(10, "before");
    advance(20);
    block(30 * 24 * hourMs);
    set(500, "after");
    advance(499);
    expect(fired).toEqual(["before@10"]);
    advance(2);
    expect(fired).toHaveLength(2);
  });

  test("cancel is idempotent, releases the argument, and is allowed from a callback of the same tick", () => {
    const { wheel, set, advance, fired } = setUp();
    const victim = { timer: undefined as { cancel(): void } | undefined };
    wheel.set(5, () => victim.timer?.cancel(), undefined);
    victim.timer = set(5, "victim");
    const done = set(4, "done");
    advance(10);
    done.cancel();
    victim.timer.cancel();
    expect(fired).toEqual(["done@4"]);
    expect(wheel.size).toBe(0);
  });

  test("sleeps until the next timer: one wake for a near one, one more per level for a far one", () => {
    const { set, advance, wakes } = setUp();
    set(20, "near");
    advance(21);
    expect(wakes()).toBe(1);
    set(32_000, "far");
    advance(33_000);
    expect(wakes()).toBe(3);
    advance(hourMs);
    expect(wakes()).toBe(3);
  });

  test("timers for the same moment fire in the order in which they were set, however far off it was then", () => {
    const { set, advance, fired, elapsedMs } = setUp({ startMs: 60_000.5 });
    const moments = [0, 100, 140_000, 167_000, 199_000, 199_970, 199_999, 199_999.75];
    for (const sinceMs of moments) {
      advance(sinceMs - elapsedMs());
      set(200_000 - sinceMs, `${sinceMs} first`);
      set(200_000 - sinceMs, `${sinceMs} second`);
    }
    advance(1);
    expect(fired).toEqual(moments.flatMap((sinceMs) => [`${sinceMs} first@200000`, `${sinceMs} second@200000`]));
  });

  test("a callback that throws stops neither the later timers nor those of its own tick", () => {
    const { wheel, set, advance, fired } = setUp();
    const fail = () => {
      throw new Error("boom");
    };
    wheel.set(5, fail, undefined);
    set(5, "same tick");
    set(9, "later");
    expect(() => advance(20)).toThrow("boom");
    advance(20);
    expect(fired.map((entry) => entry.split("@")[0])).toEqual(["same tick", "later"]);
  });

  test("catches up in order after the event loop was blocked", () => {
    const { set, advance, fired, block } = setUp({ startMs: 0 });
    set(300, "b");
    set(20, "a");
    set(70_000, "c");
    block(100_000);
    set(1, "d");
    advance(2);
    expect(fired.map((entry) => entry.split("@")[0])).toEqual(["a", "b", "c", "d"]);
  });

  test("fires every timer once, never early, at most a tick late, same ticks in the order set, whatever is set and cancelled when", () => {
    const operation = fc.record({
      waitMs: fc.oneof(fc.double({ min: 0, max: 3, noNaN: true }), fc.double({ min: 0, max: 80_000, noNaN: true })),
      blockMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 2000, noNaN: true })),
      delayMs: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 200_000 }), fc.integer({ min: 0, max: 2 ** 25 })),
      cancel: fc.option(fc.nat(), { nil: undefined, freq: 3 }),
    });
    const start = fc.constantFrom(0, 31.5, 2 ** 13 - 0.25, 2 ** 16 - 20_000.25, 2 ** 21 - 1000, 2 ** 28 - 50_000, 2 ** 29 - 50_000.5);
    fc.assert(
      fc.property(
        start,
        fc.double({ min: 0, max: 5, noNaN: true }),
        fc.array(operation, { maxLength: 120 }),
        (startMs, latenessMs, operations) => {
          const { wheel, advance, block, now } = setUp({ startMs, latenessMs });
          const timers: Entry[] = [];
          const ran: Entry[] = [];
          const onFired = (entry: Entry) => {
            entry.firedAt.push(now());
            ran.push(entry);
          };
          let blockedMs = 0;
          for (const { waitMs, blockMs, delayMs, cancel } of operations) {
            const entry: Entry = { index: timers.length, due: now() + delayMs, firedAt: [], cancelled: false, timer: undefined };
            entry.timer = wheel.set(delayMs, onFired, entry);
            timers.push(entry);
            const victim = cancel === undefined ? undefined : timers[cancel % timers.length];
            if (victim?.firedAt.length === 0) {
              victim.timer?.cancel();
              victim.cancelled = true;
            }
            block(blockMs);
            blockedMs = Math.max(blockedMs, blockMs);
            advance(waitMs);
          }
          advance(2 ** 26);
          expect(wheel.size).toBe(0);
          for (const { due, firedAt, cancelled } of timers) {
            expect(firedAt).toHaveLength(cancelled ? 0 : 1);
            if (cancelled) continue;
            expect(firedAt[0]).toBeGreaterThanOrEqual(due);
            // Each level passed on the way down may add the source's lateness once.
            expect(firedAt[0]).toBeLessThanOrEqual(due + 2 * tickMs + latenessMs * 4 + blockedMs + 1e-6);
          }
          for (let i = 1; i < ran.length; i++) {
            const [earlier, later] = [ran[i - 1]!, ran[i]!];
            // A timer due at the very moment it was set waits for the next tick.
            expect(tickOf(earlier.due)).toBeLessThanOrEqual(tickOf(later.due) + 1);
            if (tickOf(earlier.due) === tickOf(later.due) && !Number.isInteger(later.due / tickMs))
              expect(earlier.index).toBeLessThan(later.index);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
