import type { DtmfPress } from "@sidetone/media-core";
import { ClientError } from "../errors/client-error.ts";

const capacity = 64;

type Result = IteratorResult<DtmfPress, undefined>;

const over: Result = { done: true, value: undefined };

/**
 * The key presses of a call, for one reader at a time: one that leaves its loop leaves what it has not read to the next. Of those that nobody
 * has read the last 64 are kept.
 */
export class KeyPresses implements AsyncIterable<DtmfPress> {
  readonly #waiting: DtmfPress[] = [];
  readonly #waiters: ((result: Result) => void)[] = [];
  #isRead = false;
  #ended = false;

  push(press: DtmfPress): void {
    const waiter = this.#waiters.shift();
    if (waiter) return waiter({ done: false, value: press });
    if (this.#waiting.push(press) > capacity) this.#waiting.shift();
  }

  /** Takes no more; a reader gets what waits. */
  end(): void {
    this.#ended = true;
    this.#release();
  }

  /** @throws {ClientError} `CALL_STATE_INVALID` while another one reads. */
  [Symbol.asyncIterator](): AsyncIterator<DtmfPress, undefined> {
    if (this.#isRead)
      throw new ClientError("CALL_STATE_INVALID", "Somebody reads the key presses already; listen to dtmfReceived beside him");
    this.#isRead = true;
    return { next: () => this.#next(), return: () => this.#leave() };
  }

  #next(): Promise<Result> {
    const press = this.#waiting.shift();
    if (press) return Promise.resolve({ done: false, value: press });
    if (!this.#ended && this.#isRead) return new Promise((resolve) => this.#waiters.push(resolve));
    return this.#leave();
  }

  #leave(): Promise<Result> {
    this.#isRead = false;
    this.#release();
    return Promise.resolve(over);
  }

  #release(): void {
    for (const waiter of this.#waiters.splice(0)) waiter(over);
  }
}
