import { createResponse, flat, parseMessage, serializeMessage, type SipRequest, type SipResponse } from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";
import type { TransactionHost } from "./transaction-host.ts";
import { TransactionMachine, type TransactionMessage } from "./transaction-machine.ts";
import type { ServerTransaction, ServerTransactionUser, TransactionState } from "./transaction.ts";

/** What a server transaction is made of. */
export interface ServerTransactionParts {
  readonly host: TransactionHost;
  readonly request: SipRequest;
  readonly flow: Flow;
  /** Under which retransmissions find it (RFC 3261 §17.2.3). */
  readonly key: string;
  /** Under which the same request finds it when it comes another way too (RFC 3261 §8.2.2.2); undefined inside a dialog. */
  readonly mergeKey: string | undefined;
}

/** What both server transactions share (RFC 3261 §17.2). */
export abstract class ServerMachine<
  State extends TransactionState = TransactionState,
  Input extends string = string,
  Action extends string = string,
>
  extends TransactionMachine<State, Input, Action>
  implements ServerTransaction
{
  user: ServerTransactionUser | undefined = undefined;
  readonly key: string;
  readonly mergeKey: string | undefined;
  #toTag: string | undefined = undefined;
  /** Where responses go; unknown before the first, and while a connection for them is being opened. */
  #responseFlow: Flow | undefined = undefined;
  #isConnecting = false;

  constructor(initial: State, { host, request, flow, key, mergeKey }: ServerTransactionParts) {
    super(initial, host, request, flow);
    this.key = key;
    this.mergeKey = mergeKey;
  }

  abstract respond(response: SipResponse): void;
  /** A retransmission of the request came. */
  abstract receiveAgain(): void;
  /** Starts what is to happen when the user does not answer at once. */
  abstract awaitResponse(): void;
  abstract fail(error: Error): void;

  get toTag(): string {
    return this.#toTag ?? this.#requestToTag ?? (this.#toTag = this.host.environment.random.token(12));
  }

  /** Whether no response has gone out, and one still may. */
  get isUnanswered(): boolean {
    return !this.hasBytes && !this.isReleased && this.state !== "Terminated";
  }

  sendTrying(): void {
    this.send(createResponse(this.request, 100));
  }

  send(response: SipResponse): void {
    // "The UAS … MUST use the same tag for all responses to that request" (§8.2.6.2): the 200 to a CANCEL needs it later.
    if (this.method === "INVITE" && response.statusCode > 100) this.#toTag ??= response.toTag && flat(response.toTag);
    const bytes = serializeMessage(response);
    this.bytes = bytes;
    this.#transmit(bytes, response);
  }

  /** Sends the response that all retransmissions of the request get, and lets go of the request. */
  sendFinal(response: SipResponse): void {
    this.send(response);
    this.release();
  }

  /** Leaves the wait for retransmissions to the layer, which keeps it as bytes; false when this object has to stay for it. */
  linger(): boolean {
    if (this.user || this.#isConnecting || this.state === "Terminated") return false;
    const { key, mergeKey, bytes, flow } = this;
    this.stopTimers();
    this.host.serverLingers({ key, mergeKey, toTag: this.#toTag, bytes, flow: this.#responseFlow ?? flow });
    this.bytes = undefined;
    return true;
  }

  resend(): void {
    const { bytes } = this;
    if (bytes) this.#transmit(bytes, undefined);
    this.compact();
  }

  reportTransportError(message: TransactionMessage | undefined): void {
    this.user?.onTransportError?.(this, message as Error);
  }

  end(): void {
    this.stopTimers();
    this.host.serverEnded(this.key, this.mergeKey);
  }

  get #requestToTag(): string | undefined {
    return this.isReleased ? undefined : this.request.toTag;
  }

  #transmit(bytes: Buffer, response: SipResponse | undefined): void {
    if (this.#isConnecting) return;
    if (!this.#responseFlow || this.#responseFlow.isClosed) this.#findFlow(response ?? (parseMessage(bytes) as SipResponse));
    this.#responseFlow?.send(bytes);
  }

  /** The response's top Via says where it goes (RFC 3261 §18.2.2). */
  #findFlow(response: SipResponse): void {
    const found = this.host.transports.responseFlow(response, this.flow);
    this.#responseFlow = found instanceof Promise ? undefined : found;
    if (found instanceof Promise) void this.#awaitFlow(found);
  }

  async #awaitFlow(opening: Promise<Flow>): Promise<void> {
    this.#isConnecting = true;
    try {
      this.#responseFlow = await opening;
      const { bytes } = this;
      if (bytes) this.#responseFlow.send(bytes);
    } catch (error) {
      this.fail(error as Error);
    } finally {
      this.#isConnecting = false;
    }
  }
}
