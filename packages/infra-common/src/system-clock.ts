import type { Clock, Sleep, Timer } from "./clock.ts";
import { SleepDetector } from "./sleep-detector.ts";
import { TimingWheel } from "./timing-wheel.ts";

/** A longer delay than this overflows `setTimeout`; the wheel then merely wakes once too often. */
const longestTimeoutMs = 2 ** 30;
/** What a sleep is always longer than asked for (the kernel's timer slack alone is 50 µs): a delay of 1.04 ms is slept as 1 ms, not as 2. */
const sleepSlackMs = 0.05;
/** Between two looks for a sleep of the machine, while somebody wants to know. */
const lookEveryMs = 2000;

/**
 * The process's clock. All timers share one `setTimeout`, which does not hold the process open.
 *
 * `now()` is `performance.now()`. A timer never fires early; it is late by what the system's timers are, which sleep for
 * whole milliseconds (0.6 ms at the median), and by what keeps the event loop busy.
 */
export class SystemClock implements Clock {
  #timeout: NodeJS.Timeout | undefined;
  #looks: NodeJS.Timeout | undefined;
  readonly #sleepListeners = new Set<(sleep: Sleep) => void>();
  readonly #wake = (): void => this.#wheel.wake();
  readonly #wheel: TimingWheel = new TimingWheel({ now: () => performance.now(), wakeAfter: (delayMs) => this.#wakeAfter(delayMs) });

  now(): number {
    return performance.now();
  }

  wallNow(): number {
    return Date.now();
  }

  setTimer<Argument = undefined>(delayMs: number, callback: (argument: Argument) => void, argument?: Argument): Timer {
    return this.#wheel.set(delayMs, callback, argument as Argument);
  }

  onSleep(listener: (sleep: Sleep) => void): () => void {
    const own = (sleep: Sleep): void => listener(sleep);
    this.#sleepListeners.add(own);
    this.#looks ??= this.#lookForSleep();
    return () => {
      if (!this.#sleepListeners.delete(own) || this.#sleepListeners.size > 0) return;
      clearInterval(this.#looks);
      this.#looks = undefined;
    };
  }

  /** Timers still running. */
  get pendingTimers(): number {
    return this.#wheel.size;
  }

  #lookForSleep(): NodeJS.Timeout {
    const detector = new SleepDetector(lookEveryMs, this.now(), this.wallNow());
    const look = (): void => {
      const sleep = detector.read(this.now(), this.wallNow());
      if (sleep) for (const listener of [...this.#sleepListeners]) listener(sleep);
    };
    return setInterval(look, lookEveryMs).unref();
  }

  #wakeAfter(delayMs: number): void {
    clearTimeout(this.#timeout);
    this.#timeout = setTimeout(this.#wake, Math.min(Math.ceil(delayMs - sleepSlackMs), longestTimeoutMs));
    this.#timeout.unref();
  }
}

export const systemClock: SystemClock = new SystemClock();
