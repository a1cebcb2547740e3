import { BoundedQueue, type Environment } from "@sidetone/infra-common";
import { isolate } from "./call-reporter.ts";
import type { IncomingCall } from "./incoming-call.ts";

/** Decides about a call: `incoming.answer()`, `reject()`, `redirect()`. A call that it leaves undecided is refused when it has returned. */
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
  handler: IncomingHandler | undefined;

  constructor(options: IncomingDeskOptions) {
    this.#options = options;
  }

  openReader(signal: AbortSignal | undefined): AsyncIterable<IncomingCall> {
    const queue: BoundedQueue<IncomingCall> = new BoundedQueue<IncomingCall>({
      capacity: readerCapacity,
      whenFull: "dropOldest",
      signal,
      onEnded: () => this.#readers.delete(queue),
    });
    this.#readers.add(queue);
    return queue;
  }

  /** Ends every reader. */
  close(): void {
    for (const reader of [...this.#readers]) reader.end();
    this.handler = undefined;
  }

  take(incoming: IncomingCall): void {
    const [reader] = this.#readers;
    if (this.handler) isolate(this.#options.environment, "onIncoming", () => this.#run(this.handler!, incoming));
    else if (reader) reader.push(incoming);
    else if (!this.#options.announce(incoming)) return this.#refuse(incoming);
    if (this.#options.ringsAutomatically && !incoming.decided && incoming.call.phase === "Initiating") incoming.ring();
  }

  /** A handler that fails, or ends without a decision, must not leave the caller ringing. */
  #run(handler: IncomingHandler, incoming: IncomingCall): unknown {
    let result: unknown;
    try {
      result = handler(incoming);
    } catch (error) {
      this.#abandon(incoming);
      throw error;
    }
    if (result instanceof Promise) {
      return result.then(
        () => this.#refuseUndecided(incoming),
        (error: unknown) => {
          this.#abandon(incoming);
          throw error;
        },
      );
    }
    return undefined;
  }

  /** The handler failed: 500 before the answer, BYE after it. */
  #abandon(incoming: IncomingCall): void {
    if (!incoming.decided) incoming.reject(500);
    else void incoming.call.hangUp();
  }

  #refuseUndecided(incoming: IncomingCall): void {
    if (!incoming.decided) incoming.reject(480);
  }

  #refuse(incoming: IncomingCall): void {
    this.#options.environment.logger.warn(
      { callId: incoming.id },
      "An incoming call was refused with 480: nobody here decides about calls",
    );
    incoming.reject(480);
  }
}
