/** What hears of the outcome of a call of the negotiator. */
export interface MediaWaiter<Input extends string> {
  input(input: Input, message?: unknown): void;
}

/**
 * Hands the outcome of a negotiator's method to a state machine: at once when it is a value, later when it is a promise.
 * A machine that has moved on meanwhile has no row for it and ignores it.
 */
export function settle<Input extends string>(outcome: unknown, waiter: MediaWaiter<Input>, ready: Input, failed: Input): void {
  if (outcome instanceof Promise) {
    outcome.then(
      (value: unknown) => waiter.input(ready, value),
      (error: unknown) => waiter.input(failed, error),
    );
  } else waiter.input(ready, outcome);
}
