/** A running timer. `cancel()` is idempotent. */
export interface Timer {
  cancel(): void;
}

/** A time in which nothing ran, because the machine was suspended or the process stopped. */
export interface Sleep {
  readonly durationMs: number;
  /** How much of it `now()` has not counted: timers are late by so much. Linux stops its monotonic clock meanwhile, others may not. */
  readonly uncountedMs: number;
}

/** The only source of time in this project. Inject it; never call `setTimeout` or `Date.now` directly. */
export interface Clock {
  /** Monotonic time in milliseconds from an arbitrary origin. */
  now(): number;
  /** Wall-clock time in milliseconds since the Unix epoch (Date header, NTP timestamps). */
  wallNow(): number;
  /**
   * Runs `callback(argument)` once after `delayMs` milliseconds. Timers never hold the process open.
   *
   * `argument` saves a closure per timer where there are many: `setTimer(500, onTimerA, transaction)`.
   */
  setTimer<Argument = undefined>(delayMs: number, callback: (argument: Argument) => void, argument?: Argument): Timer;
  /** Runs `listener` after a sleep of 10 s or more; the system's clock notices within 2 s of waking. Returns the function that ends it. */
  onSleep(listener: (sleep: Sleep) => void): () => void;
}
