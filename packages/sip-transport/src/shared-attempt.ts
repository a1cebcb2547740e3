import { abortable } from "@sidetone/infra-common";

/** One attempt for all who want the same thing; it is given up when nobody waits for it any more. */
export class SharedAttempt<Value> {
  readonly #controller = new AbortController();
  readonly #promise: Promise<Value>;
  #waiting = 0;
  #isSettled = false;

  constructor(attempt: (signal: AbortSignal) => Promise<Value>) {
    this.#promise = attempt(this.#controller.signal).finally(() => (this.#isSettled = true));
  }

  /** Rejects as the attempt does, or with `signal.reason`. */
  async join(signal: AbortSignal | undefined): Promise<Value> {
    this.#waiting++;
    try {
      return await abortable(this.#promise, signal);
    } finally {
      if (--this.#waiting === 0 && !this.#isSettled) this.abandon(signal?.reason);
    }
  }

  abandon(reason: unknown): void {
    this.#controller.abort(reason);
  }
}
