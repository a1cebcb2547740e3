import { TableMachine, type Timer } from "@sidetone/infra-common";
import { flat, type SipRequest, type SipResponse } from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";
import { TransactionError } from "./transaction-error.ts";
import type { TransactionHost } from "./transaction-host.ts";
import type { TransactionState } from "./transaction.ts";

/** What comes with an input: the response received or to be sent, or why the transport failed. */
export type TransactionMessage = SipResponse | Error;

/**
 * What the four transactions share: two timers, a request to let go of, and the bytes that a retransmission repeats.
 *
 * There are tens of thousands of them, so a transaction is one object with no closure, Map or emitter of its own.
 */
export abstract class TransactionMachine<
  State extends TransactionState = TransactionState,
  Input extends string = string,
  Action extends string = string,
> extends TableMachine<State, Input, Action, TransactionMessage> {
  readonly host: TransactionHost;
  readonly method: string;
  readonly flow: Flow;
  context: unknown = undefined;
  /** The message that a retransmission repeats, as it went out; one that waits long is kept as latin1 text ({@link compact}). */
  #wire: Buffer | string | undefined = undefined;
  /** The present interval of Timer A, E or G. */
  repeatIntervalMs = 0;
  #request: SipRequest | undefined;
  #repeatTimer: Timer | undefined = undefined;
  #endTimer: Timer | undefined = undefined;

  constructor(initial: State, host: TransactionHost, request: SipRequest, flow: Flow) {
    super(initial);
    this.host = host;
    // A short string stands alone; a longer one may be a slice that keeps the whole message.
    this.method = request.method.length > 12 ? flat(request.method) : request.method;
    this.flow = flow;
    this.#request = request;
  }

  get request(): SipRequest {
    if (this.#request) return this.#request;
    throw new TransactionError(
      "TRANSACTION_RELEASED",
      `The ${this.method} transaction has its final response and has let go of the request`,
    );
  }

  get bytes(): Buffer | undefined {
    return typeof this.#wire === "string" ? Buffer.from(this.#wire, "latin1") : this.#wire;
  }

  set bytes(bytes: Buffer | undefined) {
    this.#wire = bytes;
  }

  get hasBytes(): boolean {
    return this.#wire !== undefined;
  }

  /** Keeps the bytes as text: a buffer shares its 8 KiB slab with others, or costs 200 bytes beside its content. */
  compact(): void {
    if (typeof this.#wire === "object") this.#wire = this.#wire.toString("latin1");
  }

  get isReleased(): boolean {
    return this.#request === undefined;
  }

  /** Lets go of the request. */
  release(): void {
    this.#request = undefined;
  }

  /** Runs one of Timers A, E, G, or the delay before 100; there is one of them at a time. */
  startRepeatTimer(delayMs: number, fire: (transaction: this) => void): void {
    this.#repeatTimer?.cancel();
    this.#repeatTimer = this.host.environment.clock.setTimer(delayMs, fire, this);
  }

  /** Runs the timer that leads out of the present state. */
  startEndTimer(delayMs: number, fire: (transaction: this) => void): void {
    this.#endTimer?.cancel();
    this.#endTimer = this.host.environment.clock.setTimer(delayMs, fire, this);
  }

  stopRepeatTimer(): void {
    this.#repeatTimer?.cancel();
    this.#repeatTimer = undefined;
  }

  stopTimers(): void {
    this.#repeatTimer?.cancel();
    this.#endTimer?.cancel();
    this.#repeatTimer = this.#endTimer = undefined;
  }

  /** Stops at once and tells nobody: the layer is closing. */
  abandon(): void {
    this.stopTimers();
    this.state = "Terminated" as State;
    this.release();
    this.bytes = undefined;
  }
}
