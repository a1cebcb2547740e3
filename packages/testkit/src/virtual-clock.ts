import type { Clock, Timer } from "@sidetone/infra-common";
import { TimerHeap, type ScheduledTimer } from "./timer-heap.ts";

export interface VirtualClockOptions {
  /** Wall-clock time at `now() === 0`, in milliseconds since the Unix epoch. Default 2026-01-01T00:00:00Z. */
  epochMs?: number;
}

/**
 * A clock that moves only when told to.
 *
 * Timers due at the same instant run in the order in which they were set. A timer set for 0 ms runs at the next
 * advance, even `advance(0)`, and never inside `setTimer`. An error thrown by a callback comes out of the advance.
 */
export class VirtualClock implements Clock {
  readonly epochMs: number;
  readonly #timers = new TimerHeap();
  #now = 0;
  #advancing = false;

  constructor({ epochMs = Date.UTC(2026, 0, 1) }: VirtualClockOptions = {}) {
    this.epochMs = epochMs;
  }

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return this.epochMs + this.#now;
  }

  setTimer<Argument = undefined>(delayMs: number, callback: (argument: Argument) => void, argument?: Argument): Timer {
    if (Number.isNaN(delayMs)) throw new TypeError("delayMs is not a number");
    return this.#timers.add(this.#now + Math.max(0, delayMs), callback as (argument: unknown) => void, argument);
  }

  /** This clock never sleeps; that of a {@link VirtualMachine} does. */
  onSleep(): () => void {
    return () => {};
  }

  /** Timers still running; a test that ends with any has a leak. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer is due, or undefined when none is set. */
  get nextTimerMs(): number | undefined {
    const next = this.#timers.first;
    return next && next.due - this.#now;
  }

  /** Moves time forward by `ms` and runs every timer that falls due, without leaving the caller's stack: for machines without promises. */
  advanceSync(ms: number): void {
    this.#begin(ms);
    try {
      const end = this.#now + ms;
      for (let timer = this.#takeDue(end); timer; timer = this.#takeDue(end)) timer.callback(timer.argument);
      this.#now = end;
    } finally {
      this.#advancing = false;
    }
  }

  /**
   * Moves time forward by `ms` and runs every timer that falls due. Promise reactions and tasks run before the first
   * timer, after each timer, and at the end, so that what one timer leads to is done before the next one fires.
   */
  async advance(ms: number): Promise<void> {
    this.#begin(ms);
    try {
      const end = this.#now + ms;
      await tasksDone();
      for (let timer = this.#takeDue(end); timer; timer = this.#takeDue(end)) {
        timer.callback(timer.argument);
        await tasksDone();
      }
      this.#now = end;
    } finally {
      this.#advancing = false;
    }
  }

  /**
   * Moves time from timer to timer until `promise` settles, and returns what it gives.
   *
   * @throws Error when `limitMs` of virtual time (default one hour) pass, or no timer is left, before that.
   */
  async advanceUntil<Value>(promise: PromiseLike<Value>, { limitMs = 3_600_000 }: { limitMs?: number } = {}): Promise<Value> {
    let settled = false;
    const settle = (): void => void (settled = true);
    promise.then(settle, settle);
    const end = this.#now + limitMs;
    await this.advance(0);
    while (!settled) {
      const waitMs = this.nextTimerMs;
      if (waitMs === undefined) throw new Error(`nothing left to wait for at ${this.#now} ms, and the promise is still pending`);
      if (this.#now + waitMs > end) throw new Error(`the promise is still pending after ${limitMs} ms of virtual time`);
      await this.advance(waitMs);
    }
    return promise;
  }

  #begin(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`time cannot move by ${ms} ms`);
    if (this.#advancing) throw new Error("the clock is being advanced already; await the earlier advance() first");
    this.#advancing = true;
  }

  #takeDue(end: number): ScheduledTimer | undefined {
    const next = this.#timers.first;
    if (!next || next.due > end) return undefined;
    this.#timers.remove(next);
    this.#now = next.due;
    return next;
  }
}

/** Resolves when the microtasks, and the tasks already queued, have run. */
function tasksDone(): Promise<void> {
  // eslint-disable-next-line no-restricted-globals -- one turn of the event loop, not a lapse of time
  return new Promise((resolve) => setImmediate(resolve));
}
