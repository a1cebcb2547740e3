import { onAbort } from "@sidetone/infra-common";
import { ClientError } from "../errors/client-error.ts";
import { coalescedTypes, type ClientEvent } from "./client-event.ts";
import type { EventPredicate } from "./event-filter.ts";

/** Events that may wait for a reader: more than the log can replay. */
const capacity = 2000;

interface Waiter {
  resolve(result: IteratorResult<ClientEvent, undefined>): void;
  reject(error: unknown): void;
}

/**
 * Events for one reader, in rising sequence. Of the figures of a call only the latest of each type waits. Leaving the `for await` loop
 * ends it; a reader too far behind gets what waits and then `EVENTS_OVERRUN`.
 */
export class EventSubscription implements AsyncIterableIterator<ClientEvent, undefined>, AsyncDisposable {
  /** @internal */
  readonly wants: EventPredicate;
  readonly #onEnded: (subscription: EventSubscription) => void;
  readonly #forgetSignal: (() => void) | undefined;
  /** In the order to be read. */
  readonly #waiting = new Map<string, ClientEvent>();
  readonly #waiters: Waiter[] = [];
  #ended = false;
  #failure: { readonly error: unknown } | undefined = undefined;

  /** @internal */
  constructor(wants: EventPredicate, signal: AbortSignal | undefined, onEnded: (subscription: EventSubscription) => void) {
    this.wants = wants;
    this.#onEnded = onEnded;
    this.#forgetSignal = onAbort(signal, (reason) => {
      this.#waiting.clear();
      this.end(reason ?? new DOMException("The subscription was aborted", "AbortError"));
    });
  }

  /** Whether it takes no more events; those that wait can still be read. */
  get isEnded(): boolean {
    return this.#ended;
  }

  /** @internal */
  push(event: ClientEvent): void {
    if (this.#ended || !this.wants(event)) return;
    const waiter = this.#waiters.shift();
    if (waiter) return waiter.resolve({ done: false, value: event });
    const key = coalescedTypes.has(event.type) ? `${event.type} ${event.callId}` : String(event.sequence);
    this.#waiting.delete(key);
    if (this.#waiting.size < capacity) this.#waiting.set(key, event);
    else this.end(overrun("The reader of events is too far behind"));
  }

  /** @internal Takes no more events. The reader gets those that wait; then its loop ends, or throws `error`. Idempotent. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    if (error !== undefined) this.#failure = { error };
    this.#forgetSignal?.();
    for (const waiter of this.#waiters.splice(0)) this.#finish(waiter);
    this.#onEnded(this);
  }

  next(): Promise<IteratorResult<ClientEvent, undefined>> {
    for (const [key, event] of this.#waiting) {
      this.#waiting.delete(key);
      return Promise.resolve({ done: false, value: event });
    }
    return new Promise((resolve, reject) => {
      const waiter = { resolve, reject };
      if (this.#ended) this.#finish(waiter);
      else this.#waiters.push(waiter);
    });
  }

  /** The reader leaves. */
  return(): Promise<IteratorResult<ClientEvent, undefined>> {
    this.#waiting.clear();
    this.#failure = undefined;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Tells a reader the end: the error once, and "done" from then on. */
  #finish(waiter: Waiter): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) waiter.reject(failure.error);
    else waiter.resolve({ done: true, value: undefined });
  }
}

export function overrun(why: string): ClientError {
  return new ClientError("EVENTS_OVERRUN", `${why}; take a snapshot() and subscribe from the sequence behind it`);
}
