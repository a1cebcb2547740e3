import { onAbort } from "./abort.ts";
import { StreamError } from "./stream-error.ts";

export interface BoundedQueueOptions {
  /** Items that may wait for the reader. */
  capacity: number;
  /**
   * What happens to one item more: the oldest is dropped and counted ("dropOldest", for live media), or the queue ends
   * with {@link overrunError} behind the items that wait ("end", for events, where a gap would be a lie).
   */
  whenFull: "dropOldest" | "end";
  /** Makes the error of an overrun. Default a {@link StreamError} `STREAM_OVERRUN`. */
  overrunError?: () => unknown;
  /** Ends the queue at once: the reader's loop throws `signal.reason`, untouched. */
  signal?: AbortSignal | undefined;
  /** Runs once when the queue takes no more items, for whatever reason: the place to unsubscribe from the source. */
  onEnded?: () => void;
}

interface Waiter<Item> {
  resolve(result: IteratorResult<Item, undefined>): void;
  reject(error: unknown): void;
}

/**
 * A bounded queue between a source that pushes and one reader that iterates.
 *
 * Leaving the `for await` loop, or disposing, ends it and drops what waits, also while the reader is waiting.
 */
export class BoundedQueue<Item> implements AsyncIterableIterator<Item, undefined>, AsyncDisposable {
  readonly #capacity: number;
  readonly #whenFull: BoundedQueueOptions["whenFull"];
  readonly #overrunError: () => unknown;
  readonly #onEnded: (() => void) | undefined;
  #forgetSignal: (() => void) | undefined;
  #items: (Item | undefined)[] = [];
  /** Where the oldest waiting item is in {@link #items}. */
  #head = 0;
  #waiters: Waiter<Item>[] = [];
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #reading = false;
  #droppedItems = 0;

  constructor({ capacity, whenFull, overrunError = overrun, signal, onEnded }: BoundedQueueOptions) {
    if (!(capacity >= 1)) throw new RangeError(`capacity must be 1 or more, not ${capacity}`);
    this.#capacity = capacity;
    this.#whenFull = whenFull;
    this.#overrunError = overrunError;
    this.#onEnded = onEnded;
    this.#forgetSignal = onAbort(signal, (reason) => this.#abandon({ error: reason }));
  }

  /** Items waiting. */
  get length(): number {
    return this.#items.length - this.#head;
  }

  /** Items lost because the reader was late. */
  get droppedItems(): number {
    return this.#droppedItems;
  }

  /** Whether the queue takes no more items; those that wait can still be read. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Adds an item; false when it was not taken, because the queue has ended or overran just now. */
  push(item: Item): boolean {
    if (this.#ended) return false;
    const waiter = this.#waiters.shift();
    if (waiter) {
      waiter.resolve({ done: false, value: item });
      return true;
    }
    if (this.length >= this.#capacity) {
      if (this.#whenFull === "end") {
        this.end(this.#overrunError());
        return false;
      }
      this.#take();
      this.#droppedItems++;
    }
    this.#items.push(item);
    return true;
  }

  /** Takes no more items. The reader gets those that wait; then its loop ends, or throws `error` when one is given. Idempotent. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    if (error !== undefined) this.#failure = { error };
    this.#forgetSignal?.();
    for (const waiter of this.#waiters.splice(0)) this.#finish(waiter);
    this.#onEnded?.();
  }

  next(): Promise<IteratorResult<Item, undefined>> {
    if (this.length > 0) return Promise.resolve({ done: false, value: this.#take() });
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject };
      if (this.#ended) this.#finish(waiter);
      else this.#waiters.push(waiter);
    });
  }

  /** The reader leaves. */
  return(): Promise<IteratorResult<Item, undefined>> {
    this.#abandon(undefined);
    return Promise.resolve({ done: true, value: undefined });
  }

  /** @throws {StreamError} `STREAM_ALREADY_READ` the second time: a queue has one reader. */
  [Symbol.asyncIterator](): this {
    if (this.#reading) throw new StreamError("STREAM_ALREADY_READ", "This stream is being read already; ask its source for another one");
    this.#reading = true;
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abandon(undefined);
  }

  /** Ends without handing out what waits. */
  #abandon(failure: { readonly error: unknown } | undefined): void {
    this.#items = [];
    this.#head = 0;
    this.#failure = failure;
    if (this.#ended) return;
    this.#ended = true;
    this.#forgetSignal?.();
    for (const waiter of this.#waiters.splice(0)) this.#finish(waiter);
    this.#onEnded?.();
  }

  /** Tells a reader the end: the error once, and "done" from then on. */
  #finish(waiter: Waiter<Item>): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) waiter.reject(failure.error);
    else waiter.resolve({ done: true, value: undefined });
  }

  #take(): Item {
    const item = this.#items[this.#head] as Item;
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#items.length) {
      this.#items.length = 0;
      this.#head = 0;
    } else if (this.#head >= 32 && this.#head * 2 >= this.#items.length) {
      this.#items.splice(0, this.#head);
      this.#head = 0;
    }
    return item;
  }
}

function overrun(): StreamError {
  return new StreamError(
    "STREAM_OVERRUN",
    "The reader fell too far behind, so the stream has ended; read faster, or ask for more capacity",
  );
}
