import type { MediaNegotiator } from "../media-negotiator.ts";
import type { InviteCall } from "./invite-call.ts";

/** What hears of the outcome of a call of the negotiator. */
export interface MediaWaiter<Input extends string> {
  input(input: Input, message?: unknown): void;
}

/**
 * Calls the negotiator and hands the outcome to a state machine: at once when it is a value, later when it is a promise.
 * A machine that has moved on meanwhile has no row for it and ignores it.
 */
export function negotiate<Input extends string>(
  usage: InviteCall,
  call: (negotiator: MediaNegotiator, signal: AbortSignal) => unknown,
  waiter: MediaWaiter<Input>,
  ready: Input,
  failed: Input,
): void {
  const abort = usage.beginMedia();
  let outcome: unknown;
  try {
    outcome = call(usage.negotiator!, abort.signal);
  } catch (error) {
    usage.endMedia(abort);
    return waiter.input(failed, error);
  }
  if (outcome instanceof Promise) {
    const finish = (input: Input, message: unknown): void => {
      usage.endMedia(abort);
      waiter.input(input, message);
    };
    outcome.then(
      (value: unknown) => finish(ready, value),
      (error: unknown) => finish(failed, error),
    );
  } else {
    usage.endMedia(abort);
    // Nobody waits for this signal any more, so that the next call can have it.
    usage.core.spareAbort = abort;
    waiter.input(ready, outcome);
  }
}

/** Calls the negotiator where nothing depends on the outcome. A failure is the application's. */
export function settleQuietly(usage: InviteCall, call: () => void | Promise<void>, where: string): void {
  settle(call, (error) => usage.core.environment.onListenerError(error, where));
}

/** The same with a description of the peer, which may be nonsense: that is logged, and no error of the application. */
export function settleUntrusted(usage: InviteCall, call: () => void | Promise<void>, what: string): void {
  settle(call, (error) => usage.core.environment.logger.debug({ err: error }, what));
}

function settle(call: () => void | Promise<void>, onFailure: (error: unknown) => void): void {
  try {
    const outcome = call();
    if (outcome instanceof Promise) outcome.catch(onFailure);
  } catch (error) {
    onFailure(error);
  }
}
