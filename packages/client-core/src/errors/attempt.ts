import type { Environment } from "@sidetone/infra-common";
import { ClientError } from "./client-error.ts";
import { guard } from "./guard.ts";

/** A promise that knows whether anybody waits for it. */
class Outcome<Value> extends Promise<Value> {
  isAwaited = false;

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  override then<Fulfilled = Value, Rejected = never>(
    onFulfilled?: ((value: Value) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    this.isAwaited = true;
    return super.then(onFulfilled, onRejected);
  }
}

/**
 * Runs what an application asked for; errors come out as {@link guard} makes them, always as a rejection.
 *
 * One who does not wait for it loses no process: a failure that nobody waits for goes where a listener's does (`errorOccurred`, or a process
 * warning), and that the call or the client ended first is not even told there, since `call.ended` tells it.
 */
export function attempt<Result>(environment: Environment, what: string, operation: () => Result | PromiseLike<Result>): Promise<Result> {
  const outcome = new Outcome<Result>((resolve) => resolve(guard(what, operation)));
  Promise.prototype.then.call(outcome, undefined, (error: unknown) => {
    // As soon as everything that runs now has had its turn to wait for it, which is when Node.js would call it unhandled.
    process.nextTick(() => {
      if (!outcome.isAwaited && !isEnd(error)) environment.onListenerError(error, what);
    });
  });
  return outcome;
}

function isEnd(error: unknown): boolean {
  return ClientError.is(error, "CALL_ENDED") || ClientError.is(error, "CALL_CANCELLED") || ClientError.is(error, "CLIENT_STOPPED");
}
