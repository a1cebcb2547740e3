import { BoundedQueue, type Environment } from "@sidetone/infra-common";
import type { IncomingCall } from "../call/incoming-call.ts";
import { ClientError } from "../errors/client-error.ts";

/**
 * Decides about a call: `incoming.answer()`, `reject()`, `redirect()`, or `ring()` to decide later. A call that it has done none of with by the
 * time it returns, or its promise settles, is refused with 480. One that throws refuses with 500, or hangs up what it had answered.
 */
export type IncomingHandler = (incoming: IncomingCall) => unknown;

export interface IncomingDeskOptions {
  readonly environment: Environment;
  /** Whether a call that is not decided at once gets a 180. */
  readonly ringsAutomatically: boolean;
  /** Offers the call to listeners of the client; false when there are none. */
  readonly announce: (incoming: IncomingCall) => boolean;
}

const readerCapacity = 256;

/** Brings every incoming call to the one who decides: the handler, else a reader, else a listener, else nobody, which is a 480. */
export class IncomingDesk {
  readonly #options: IncomingDeskOptions;
  readonly #readers = new Set<BoundedQueue<IncomingCall>>();
  handler: IncomingHandler | undefined = undefined;

  constructor(options: IncomingDeskOptions) {
    this.#options = options;
  }

  /** A reader of the calls that come from now on. The first reader gets them all; a further one takes over when it leaves. */
  openReader(signal: AbortSignal | undefined): AsyncIterable<IncomingCall> {
    const queue: BoundedQueue<IncomingCall> = new BoundedQueue<IncomingCall>({
      capacity: readerCapacity,
      whenFull: "dropOldest",
      signal,
      onEnded: () => this.#readers.delete(queue),
    });
    if (!queue.ended) this.#readers.add(queue);
    return queue;
  }

  /** Ends every reader. */
  endReaders(): void {
    for (const reader of [...this.#readers]) reader.end();
  }

  take(incoming: IncomingCall): void {
    const [reader] = this.#readers;
    if (this.handler) this.#handle(this.handler, incoming);
    else if (reader) this.#queue(reader, incoming);
    else if (!this.#options.announce(incoming)) this.#refuse(incoming, "nobody here decides about calls");
    if (this.#options.ringsAutomatically && !incoming.decided && incoming.call.phase === "Initiating") incoming.ringAutomatically();
  }

  #queue(reader: BoundedQueue<IncomingCall>, incoming: IncomingCall): void {
    if (reader.length < readerCapacity) reader.push(incoming);
    else this.#refuse(incoming, "the reader of incomingCalls() is too far behind");
  }

  #handle(handler: IncomingHandler, incoming: IncomingCall): void {
    try {
      const result = handler(incoming);
      if (!(result instanceof Promise)) return this.#returned(incoming);
      result.then(
        () => this.#returned(incoming),
        (error: unknown) => this.#failed(incoming, error),
      );
    } catch (error) {
      this.#failed(incoming, error);
    }
  }

  /** No caller is left ringing by a handler that forgot him. */
  #returned(incoming: IncomingCall): void {
    if (!incoming.decided && !incoming.isKept) this.#refuse(incoming, "the handler returned without a decision");
  }

  /** 500 before the answer, BYE after it. What failed because the call is over is no fault of the handler's: `call.ended` tells it. */
  #failed(incoming: IncomingCall, error: unknown): void {
    if (incoming.call.end && error instanceof ClientError) return;
    if (incoming.decided) void incoming.call.hangUp();
    else incoming.reject(500);
    this.#options.environment.onListenerError(error, "onIncoming");
  }

  #refuse(incoming: IncomingCall, why: string): void {
    this.#options.environment.logger.warn({ callId: incoming.id }, `An incoming call is refused with 480: ${why}`);
    incoming.reject(480);
  }
}
