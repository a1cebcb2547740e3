import type { Clock } from "@sidetone/infra-common";
import { MediaScheduler, type ScheduledStream } from "@sidetone/media-core";
import { describe, expect, test } from "vitest";

/** A clock of a process that may be held up: time passes, and timers run when the test says so. */
class HeldUpClock implements Clock {
  #nowMs = 0;
  #timer: (() => void) | undefined;

  now(): number {
    return this.#nowMs;
  }

  wallNow(): number {
    return this.#nowMs;
  }

  setTimer<Argument>(_delayMs: number, callback: (argument: Argument) => void, argument?: Argument): { cancel(): void } {
    const timer = () => callback(argument as Argument);
    this.#timer = timer;
    return { cancel: () => void (this.#timer = this.#timer === timer ? undefined : this.#timer) };
  }

  onSleep(): () => void {
    return () => {};
  }

  /** Time goes on, and the process does not see to its timers. */
  pass(ms: number): void {
    this.#nowMs += ms;
  }

  /** The timer that is set runs at `nowMs`. */
  run(nowMs: number): void {
    this.#nowMs = nowMs;
    const timer = this.#timer;
    this.#timer = undefined;
    timer?.();
  }
}

function setUp() {
  const clock = new HeldUpClock();
  const scheduler = new MediaScheduler(clock);
  const log: string[] = [];
  const stream: ScheduledStream = {
    deadlineMs: 0,
    frameMs: 20,
    onDeadline: (deadlineMs) => void log.push(`frame ${Math.round(deadlineMs - firstMs)}`),
    onSkipped: (frames) => void log.push(`skipped ${frames}`),
  };
  scheduler.add(stream);
  const firstMs = stream.deadlineMs;
  /** What happened when the timer ran so long after the first deadline. */
  const runAfter = (ms: number): string[] => {
    log.length = 0;
    clock.run(firstMs + ms);
    return [...log];
  };
  return { runAfter };
}

describe("the scheduler", () => {
  test("runs frames at their deadlines, which a late wake-up does not move", () => {
    const { runAfter } = setUp();
    expect(runAfter(0.5)).toEqual(["frame 0"]);
    expect(runAfter(29)).toEqual(["frame 20"]);
    expect(runAfter(40)).toEqual(["frame 40"]);
  });

  test("held up for a moment, catches up at the deadlines that passed", () => {
    const { runAfter } = setUp();
    expect(runAfter(0)).toEqual(["frame 0"]);
    expect(runAfter(101)).toEqual(["frame 20", "frame 40", "frame 60", "frame 80", "frame 100"]);
    expect(runAfter(120)).toEqual(["frame 120"]);
  });

  test("leaves out what is more than 200 ms late", () => {
    const { runAfter } = setUp();
    expect(runAfter(1011)).toEqual(["skipped 50", "frame 1000"]);
  });
});

describe("the scheduler with many streams", () => {
  /** Streams that tell how late each of their frames is, when the clock goes on by a millisecond at a time. */
  function setUpMany() {
    const clock = new HeldUpClock();
    const scheduler = new MediaScheduler(clock);
    const latenessMs: number[] = [];
    const frames = new Map<ScheduledStream, number>();
    const add = (frameMs: number): ScheduledStream => {
      const stream = {
        deadlineMs: 0,
        frameMs,
        onDeadline: (deadlineMs: number) => {
          latenessMs.push(clock.now() - deadlineMs);
          frames.set(stream, (frames.get(stream) ?? 0) + 1);
        },
        onSkipped: () => {},
      };
      scheduler.add(stream);
      return stream;
    };
    const runUntil = (ms: number): void => {
      for (let nowMs = clock.now() + 1; nowMs <= ms; nowMs++) clock.run(nowMs);
    };
    /** The latest frame from now until `ms`. */
    const latestUntil = (ms: number): number => {
      latenessMs.length = 0;
      runUntil(ms);
      return Math.max(...latenessMs);
    };
    return { clock, scheduler, add, runUntil, latestUntil, frames };
  }

  test("runs each at its own deadlines, whatever the packet times", () => {
    const { scheduler, add, latestUntil, frames } = setUpMany();
    const streams = [20, 20, 30, 20, 10, 60, 20].map(add);
    expect(scheduler.size).toBe(7);
    expect(latestUntil(1199)).toBeLessThanOrEqual(1);
    expect(streams.map((stream) => frames.get(stream))).toEqual([60, 60, 40, 60, 120, 20, 60]);
  });

  test("is on time again after it was held up, for streams added meanwhile too", () => {
    const { clock, add, runUntil, latestUntil } = setUpMany();
    for (let i = 0; i < 20; i++) add(20);
    runUntil(100);
    // Some are more than 200 ms late, some less, and one is ahead of them all.
    clock.run(311);
    add(20);
    runUntil(340);
    expect(latestUntil(1000)).toBeLessThanOrEqual(1);
  });

  test("adds streams while others wait for a run that is late, and none waits for another", () => {
    const { clock, add, latestUntil } = setUpMany();
    for (let i = 0; i < 50; i++) {
      add(20);
      clock.pass(7);
    }
    latestUntil(400);
    expect(latestUntil(1000)).toBeLessThanOrEqual(1);
  });

  test("takes one out from wherever it is, and runs one whose packet time changes in its new step", () => {
    const { scheduler, add, latestUntil, frames } = setUpMany();
    const streams = Array.from({ length: 9 }, () => add(20));
    latestUntil(47);
    for (const index of [0, 4, 8]) scheduler.remove(streams[index]!);
    scheduler.remove(streams[0]!);
    Object.assign(streams[1]!, { frameMs: 40 });
    const before = new Map(frames);
    expect(latestUntil(447)).toBeLessThanOrEqual(1);
    const ran = streams.map((stream) => frames.get(stream)! - before.get(stream)!);
    expect(ran[0]! + ran[4]! + ran[8]!).toBe(0);
    expect(ran[2]).toBe(20);
    expect(ran[1]).toBeGreaterThanOrEqual(10);
    expect(ran[1]).toBeLessThanOrEqual(11);
    for (const stream of streams) scheduler.remove(stream);
    expect(scheduler.size).toBe(0);
  });
});
