/** A running timer. `cancel()` is idempotent. */
export interface Timer {
  cancel(): void;
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
}
