import type { Clock, Timer } from "./clock.ts";

/** A signal that holds on to something, a timer or other signals, until it is aborted or disposed of. */
export interface DisposableSignal extends Disposable {
  readonly signal: AbortSignal;
  /** Lets go; the signal then never aborts by itself. Idempotent. */
  [Symbol.dispose](): void;
}

const nothing = (): void => {};

/**
 * Runs `listener(signal.reason)` once when `signal` aborts, at once if it has already.
 * Returns the function that forgets it, which everyone who outlives the wait must call: a signal may live for ever.
 */
export function onAbort(signal: AbortSignal | undefined, listener: (reason: unknown) => void): () => void {
  if (!signal) return nothing;
  if (signal.aborted) {
    listener(signal.reason);
    return nothing;
  }
  const onAborted = (): void => listener(signal.reason);
  signal.addEventListener("abort", onAborted, { once: true });
  return () => signal.removeEventListener("abort", onAborted);
}

/**
 * What `promise` gives, unless `signal` aborts first: then rejects with `signal.reason`, untouched.
 * It only stops the waiting; what `promise` stands for goes on, and its late failure is ignored.
 */
export function abortable<Value>(promise: PromiseLike<Value>, signal: AbortSignal | undefined): Promise<Value> {
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, reject);
    promise.then(
      (value) => {
        forget();
        resolve(value);
      },
      (error: unknown) => {
        forget();
        reject(error);
      },
    );
  });
}

/** A signal that aborts with the reason of the first of `signals` that does. Dispose of it when done, so that long-lived signals forget it. */
export function anySignal(...signals: readonly (AbortSignal | undefined)[]): DisposableSignal {
  const controller = new AbortController();
  const forgets: (() => void)[] = [];
  const dispose = (): void => {
    for (const forget of forgets.splice(0)) forget();
  };
  for (const signal of signals) {
    if (controller.signal.aborted) break;
    forgets.push(
      onAbort(signal, (reason) => {
        controller.abort(reason);
        dispose();
      }),
    );
  }
  return { signal: controller.signal, [Symbol.dispose]: dispose };
}

/** A signal that aborts after `delayMs` with `reason`, by default a `TimeoutError` like that of `AbortSignal.timeout`. Dispose of it when done. */
export function timeoutSignal(clock: Clock, delayMs: number, reason?: unknown): DisposableSignal {
  const controller = new AbortController();
  const abort = (): void => controller.abort(reason ?? new DOMException(`Nothing happened for ${delayMs} ms`, "TimeoutError"));
  const timer: Timer = clock.setTimer(delayMs, abort);
  return { signal: controller.signal, [Symbol.dispose]: () => timer.cancel() };
}

/** Resolves after `delayMs`; rejects with `signal.reason` when aborted before. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = clock.setTimer(delayMs, () => {
      forget();
      resolve();
    });
    const forget = onAbort(signal, (reason) => {
      timer.cancel();
      reject(reason);
    });
  });
}
