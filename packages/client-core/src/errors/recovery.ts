import { anySignal, delay, systemEnvironment, timeoutSignal, type Environment } from "@sidetone/infra-common";
import { ClientError } from "./client-error.ts";

export interface RetryOptions {
  /** The first one counts. Default 3. */
  maxAttempts?: number;
  /** Wait before the second attempt, in milliseconds. Default 500. */
  initialDelayMs?: number;
  /** Longest wait, in milliseconds. Default 30,000. */
  maxDelayMs?: number;
  /** How much longer each wait is than the one before. Default 2. */
  multiplier?: number;
  /** Share of each wait that is drawn at random, 0 to 1, so that many clients do not come back at once. Default 0.2. */
  jitter?: number;
  /** Whether trying again makes sense. Default: a ClientError with `isRecoverable`. */
  isRetryable?: (error: unknown) => boolean;
  /** Ends the waiting; rejects with `signal.reason`. */
  signal?: AbortSignal;
  /** Clock and randomness. Default: the system's. */
  environment?: Pick<Environment, "clock" | "random">;
}

export interface TimeoutOptions {
  /** Aborts the operation with its own reason. */
  signal?: AbortSignal;
  /** Default: the system's clock. */
  environment?: Pick<Environment, "clock">;
}

/**
 * Runs `operation` until it succeeds, with growing waits between the attempts. Rejects with the error of the last attempt, or at once
 * with one that trying again would not mend.
 *
 * @param operation gets the number of the attempt, from 1.
 * @throws {ClientError} `CONFIG_INVALID` for an option out of range.
 */
export async function retryWithBackoff<Value>(
  operation: (attempt: number) => Value | PromiseLike<Value>,
  options: RetryOptions = {},
): Promise<Value> {
  const { maxAttempts = 3, isRetryable = isRecoverable, signal } = options;
  const { clock, random } = options.environment ?? systemEnvironment();
  checkRetry(options);
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await operation(attempt);
    } catch (error) {
      if (attempt >= maxAttempts || !isRetryable(error)) throw error;
    }
    await delay(clock, delayMs(attempt, options, random.float()), signal);
  }
}

/**
 * Runs `operation` and aborts the signal that it is given when it takes too long.
 *
 * @throws {ClientError} `TIMEOUT` after `timeoutMs`, whatever the operation makes of its signal. `CONFIG_INVALID`.
 */
export async function withTimeout<Value>(
  operation: (signal: AbortSignal) => PromiseLike<Value>,
  timeoutMs: number,
  options: TimeoutOptions = {},
): Promise<Value> {
  const { clock } = options.environment ?? systemEnvironment();
  if (!(timeoutMs >= 0 && timeoutMs < Infinity)) throw new ClientError("CONFIG_INVALID", `timeoutMs must be 0 or more, not ${timeoutMs}`);
  const reason = new ClientError("TIMEOUT", `Not done after ${timeoutMs} ms`);
  using timeout = timeoutSignal(clock, timeoutMs, reason);
  using either = anySignal(timeout.signal, options.signal);
  const aborted = new Promise<never>((_resolve, reject) => {
    if (either.signal.aborted) reject(either.signal.reason);
    either.signal.addEventListener("abort", () => reject(either.signal.reason), { once: true });
  });
  aborted.catch(() => {}); // an operation that throws at once leaves nobody else to hear of it
  return await Promise.race([aborted, operation(either.signal)]);
}

function isRecoverable(error: unknown): boolean {
  return error instanceof ClientError && error.isRecoverable;
}

/** Wait after this attempt: `initialDelayMs · multiplier^(attempt − 1)`, at most `maxDelayMs`, of which up to `jitter` is left out. */
function delayMs(attempt: number, options: RetryOptions, draw: number): number {
  const { initialDelayMs = 500, maxDelayMs = 30_000, multiplier = 2, jitter = 0.2 } = options;
  return Math.min(maxDelayMs, initialDelayMs * multiplier ** (attempt - 1)) * (1 - jitter * draw);
}

function checkRetry({ maxAttempts = 1, initialDelayMs = 0, maxDelayMs = 0, multiplier = 1, jitter = 0 }: RetryOptions): void {
  const problem =
    (!(Number.isInteger(maxAttempts) && maxAttempts >= 1) && "maxAttempts must be a whole number from 1") ||
    (!(initialDelayMs >= 0) && "initialDelayMs must be 0 or more") ||
    (!(maxDelayMs >= 0) && "maxDelayMs must be 0 or more") ||
    (!(multiplier >= 1) && "multiplier must be 1 or more") ||
    (!(jitter >= 0 && jitter <= 1) && "jitter must be from 0 to 1");
  if (problem) throw new ClientError("CONFIG_INVALID", `retryWithBackoff: ${problem}`);
}
