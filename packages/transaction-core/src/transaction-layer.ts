import type { Environment } from "@sidetone/infra-common";
import {
  createResponse,
  serializeMessage,
  splitList,
  type HeaderInput,
  type SipParseError,
  type SipRequest,
  type SipResponse,
} from "@sidetone/sip-core";
import { viaFor, type Flow, type SipTransports, type SipTransportUser } from "@sidetone/sip-transport";
import { cancelFor } from "./derived-requests.ts";
import { ClientRegistry } from "./client-registry.ts";
import { InviteClientMachine } from "./invite-client-machine.ts";
import { InviteServerMachine } from "./invite-server-machine.ts";
import { magicCookie, mergeKey, transactionKey } from "./matching-keys.ts";
import { NonInviteClientMachine } from "./non-invite-client-machine.ts";
import { NonInviteServerMachine } from "./non-invite-server-machine.ts";
import { ServerRegistry } from "./server-registry.ts";
import { StatelessResponder } from "./stateless-responder.ts";
import { TransactionError } from "./transaction-error.ts";
import type { TransactionHost } from "./transaction-host.ts";
import { defaultTimers, type TransactionTimers } from "./transaction-timers.ts";
import type { ClientTransactionUser, StatelessRefusal, TransactionUser } from "./transaction-user.ts";
import type { ClientTransaction } from "./transaction.ts";

export interface TransactionLayerOptions extends Partial<TransactionTimers> {
  /**
   * Server transactions at a time; each lingers for 64·T1 and takes about half a kilobyte. A request beyond is answered 503; those within dialogs
   * have a quarter more. Default 1,000,000.
   */
  readonly maxServerTransactions?: number;
}

const unavailable: StatelessRefusal = { statusCode: 503, headers: [["Retry-After", "5"]] };
/** Server transactions of requests within dialogs may make so much of the limit. */
const dialogHeadroom = 1.25;

export interface SendOptions {
  /** For the transaction's user to know it by. */
  readonly context?: unknown;
  /** Further parameters of the Via, each with its `;`. Default: none. */
  readonly viaParameters?: string;
}

/** What a CANCEL or its answer tells is known from the INVITE's own final response. */
const ignoringUser: ClientTransactionUser = { onResponse: () => {}, onTimeout: () => {}, onTransportError: () => {} };

/**
 * The transaction layer of one user agent (RFC 3261 §17, RFC 6026, RFC 4320): matches what arrives to its transactions, retransmits, and
 * tells the user-agent core of each request and response once.
 */
export class TransactionLayer implements SipTransportUser, AsyncDisposable {
  readonly #environment: Environment;
  readonly #host: TransactionHost;
  readonly #user: TransactionUser;
  readonly #clients = new ClientRegistry();
  readonly #servers: ServerRegistry;
  readonly #stateless: StatelessResponder;
  readonly #maxServerTransactions: number;
  #isClosed = false;

  /** Becomes the `user` of `transports`, which stay the caller's to close. */
  constructor(environment: Environment, transports: SipTransports, user: TransactionUser, options: TransactionLayerOptions = {}) {
    const { maxServerTransactions = 1_000_000, ...timers } = options;
    this.#environment = environment;
    this.#user = user;
    this.#maxServerTransactions = maxServerTransactions;
    this.#stateless = new StatelessResponder(environment, transports);
    this.#host = {
      environment,
      transports,
      timers: { ...defaultTimers, ...timers },
      serverLingers: (parts) => this.#servers.linger(parts),
      sendCancel: (invite, headers) => this.#sendCancel(invite, headers),
      clientEnded: (transaction) => this.#clients.remove(transaction),
      serverEnded: (key, mergeKey) => this.#servers.remove(key, mergeKey),
    };
    this.#servers = new ServerRegistry(environment, 64 * this.#host.timers.T1);
    transports.user = this;
  }

  /** Client transactions that are not over. */
  get clientCount(): number {
    return this.#clients.size;
  }

  /** Server transactions that are not over. */
  get serverCount(): number {
    return this.#servers.size;
  }

  /**
   * Sends a request, which carries no Via of its own, over `flow`, and repeats it as the flow's transport needs. It never moves to
   * another target: on a timeout or a transport error the user-agent core sends the request anew to the next one.
   *
   * @throws {TransactionError} `TRANSACTION_LAYER_CLOSED` after `close()`; `TRANSACTION_METHOD_FORBIDDEN` for ACK, which `sendAck` sends,
   *   and CANCEL, which `cancel` sends.
   */
  sendRequest(request: SipRequest, flow: Flow, user: ClientTransactionUser, options: SendOptions = {}): ClientTransaction {
    const { method } = request;
    if (method === "ACK" || method === "CANCEL") {
      throw new TransactionError("TRANSACTION_METHOD_FORBIDDEN", `${method} has no transaction of its own: use sendAck() or cancel()`);
    }
    const branch = this.#newBranch();
    return this.#start(request, branch, flow, user, options);
  }

  /**
   * Sends CANCEL for an INVITE (RFC 3261 §9.1): at once when there was a provisional response, else as soon as one comes; never after
   * the final one. Without a final response within 64·T1 of it, the INVITE times out.
   *
   * @param headers Fields for the CANCEL, such as Reason (RFC 3326).
   * @throws {TransactionError} `TRANSACTION_NOT_INVITE` for another request.
   */
  cancel(transaction: ClientTransaction, headers: readonly HeaderInput[] = []): void {
    if (transaction instanceof InviteClientMachine) transaction.cancel(headers);
    else throw new TransactionError("TRANSACTION_NOT_INVITE", `${transaction.method} cannot be cancelled, only INVITE (RFC 3261 §9.1)`);
  }

  /**
   * Lets an INVITE go of whose outcome nothing depends any more, such as one within a dialog that has ended. Its final response is
   * still reported and acknowledged, and it times out as after {@link cancel}, without a message.
   */
  giveUp(transaction: ClientTransaction): void {
    if (transaction instanceof InviteClientMachine) transaction.giveUp();
  }

  /**
   * The user-agent core sends the request to another server, since nothing came from this one (RFC 3263 §4.3). It is not repeated here any
   * more. A late 1xx to an INVITE is answered with CANCEL, and a late 2xx is still reported; any other request is over.
   */
  supersede(transaction: ClientTransaction): void {
    if (transaction instanceof InviteClientMachine || transaction instanceof NonInviteClientMachine) transaction.supersede();
  }

  /**
   * Sends the ACK for a 2xx, which belongs to no transaction and has a branch of its own (RFC 3261 §13.2.2.4).
   *
   * @returns The bytes, to be sent again with `flow.send` for each repeated 2xx.
   * @throws {TransactionError} `TRANSACTION_LAYER_CLOSED` after `close()`.
   */
  sendAck(ack: SipRequest, flow: Flow): Buffer {
    const bytes = serializeMessage(ack, viaFor(flow, this.#newBranch()));
    flow.send(bytes);
    return bytes;
  }

  /** Ends every transaction without a message or a report. No timer is left. Idempotent. */
  close(): Promise<void> {
    this.#isClosed = true;
    for (const transaction of [...this.#clients.takeAll(), ...this.#servers.takeAll()]) transaction.abandon();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** For the transports to call. */
  onRequest(request: SipRequest, flow: Flow): void {
    if (this.#isClosed) return;
    if (request.method === "ACK") this.#onAck(request, flow);
    else {
      const key = transactionKey(request, request.method);
      const known = this.#servers.find(key);
      if (known) known.receiveAgain();
      else if (request.method === "CANCEL") this.#onCancel(request, flow, key);
      else this.#onNewRequest(request, flow, key);
    }
  }

  /** For the transports to call. */
  onResponse(response: SipResponse, flow: Flow): void {
    // "If more than one Via header field value is present in a response, the UAC SHOULD discard the message" (§8.1.3.3)
    if (this.#isClosed || hasFurtherVia(response)) return;
    const transaction = this.#clients.find(response);
    if (transaction) transaction.receive(response);
    else this.#user.onStrayResponse(response, flow);
  }

  /** For the transports to call. A malformed request is answered without a transaction (RFC 3261 §8.2.7), a malformed response is dropped. */
  onMalformed({ request, statusCode }: SipParseError<SipRequest>, flow: Flow): void {
    if (!request || this.#isClosed || this.#user.answersMalformed?.(flow) === false) return;
    this.#stateless.respond(request, flow, { statusCode });
  }

  /** For the transports to call. */
  answersStun(flow: Flow): boolean {
    return this.#user.answersStun?.(flow) !== false;
  }

  /** For the transports to call. "The client transaction SHOULD inform the TU that a transport failure has occurred" (RFC 3261 §17.1.4). */
  onFlowFailed(flow: Flow, error: Error): void {
    for (const transaction of this.#clients.over(flow)) transaction.fail(error);
  }

  #onAck(ack: SipRequest, flow: Flow): void {
    const invite = this.#servers.findAcknowledged(ack);
    // RFC 6026 §7.1: in the "Accepted" state "the server transaction … MUST pass the ACK to the TU"
    if (!invite || invite.state === "Accepted") this.#user.onAck(ack, flow);
    else invite.input("ACK");
  }

  #onCancel(cancel: SipRequest, flow: Flow, key: string): void {
    const cancelled = this.#servers.findCancelled(cancel);
    // Each transaction has one CANCEL at most; of those that mean none there may be any number.
    if (!cancelled && this.#turnsAway(cancel, flow)) return;
    if (!cancelled && this.#isFull(cancel)) return this.#stateless.respond(cancel, flow, { statusCode: 481 });
    const transaction = new NonInviteServerMachine({ host: this.#host, request: cancel, flow, key, mergeKey: undefined });
    this.#servers.add(transaction);
    // "If the UAS did not find a matching transaction … it SHOULD respond to the CANCEL with a 481" (§9.2)
    if (!cancelled) return transaction.respond(createResponse(cancel, 481, { toTag: transaction.toTag }));
    // "The To tag of the response to the CANCEL and the To tag in the response to the original request SHOULD be the same" (§9.2)
    transaction.respond(createResponse(cancel, 200, { toTag: cancelled.toTag }));
    if (cancelled instanceof InviteServerMachine && cancelled.state === "Proceeding") this.#user.onCancelled(cancelled, cancel);
  }

  #onNewRequest(request: SipRequest, flow: Flow, key: string): void {
    if (this.#turnsAway(request, flow)) return;
    if (this.#isFull(request)) return this.#stateless.respond(request, flow, unavailable);
    const outsideDialog = mergeKey(request);
    const isMerged = this.#servers.hasOutsideDialog(outsideDialog);
    const parts = { host: this.#host, request, flow, key, mergeKey: isMerged ? undefined : outsideDialog };
    const transaction = request.method === "INVITE" ? new InviteServerMachine(parts) : new NonInviteServerMachine(parts);
    this.#servers.add(transaction);
    // "… the request has arrived at the UAS more than once, following different paths … the UAS SHOULD generate a 482" (§8.2.2.2)
    if (isMerged) return transaction.respond(createResponse(request, 482, { toTag: transaction.toTag }));
    this.#user.onRequest(transaction);
    if (transaction.isUnanswered) transaction.awaitResponse();
  }

  #start(request: SipRequest, branch: string, flow: Flow, user: ClientTransactionUser, options: SendOptions): ClientTransaction {
    const bytes = serializeMessage(request, viaFor(flow, branch, options.viaParameters));
    const parts = { host: this.#host, request, branch, bytes, flow, user, context: options.context };
    const transaction = request.method === "INVITE" ? new InviteClientMachine(parts) : new NonInviteClientMachine(parts);
    this.#clients.add(transaction);
    transaction.start();
    return transaction;
  }

  #sendCancel(invite: ClientTransaction, headers: readonly HeaderInput[]): void {
    this.#start(cancelFor(invite.request, headers), invite.branch, invite.flow, ignoringUser, {});
  }

  /** Whether the user does not want the request, which then has been answered if it is to be. */
  #turnsAway(request: SipRequest, flow: Flow): boolean {
    const verdict = this.#user.screen?.(request, flow);
    if (verdict === undefined) return false;
    if (verdict !== "ignore") this.#stateless.respond(request, flow, verdict);
    return true;
  }

  /** What belongs to a dialog finds room where nothing new does: those who are here must be able to leave. */
  #isFull({ toTag }: SipRequest): boolean {
    return this.#servers.size >= (toTag === undefined ? 1 : dialogHeadroom) * this.#maxServerTransactions;
  }

  #newBranch(): string {
    if (this.#isClosed) throw new TransactionError("TRANSACTION_LAYER_CLOSED", "The transaction layer is closed; nothing is sent any more");
    return magicCookie + this.#environment.random.token(16);
  }
}

function hasFurtherVia(response: SipResponse): boolean {
  const values = response.getAllText("Via");
  return values.length > 1 || splitList(values[0] ?? "").length > 1;
}
