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
