import { TurnoverMap, type Environment } from "@sidetone/infra-common";
import { createResponse, type CreateResponseOptions, type SipRequest, type SipResponse } from "@sidetone/sip-core";
import type { Flow, SipTransports } from "@sidetone/sip-transport";
import {
  createBoundedResponse,
  TransactionLayer,
  type InviteServerTransaction,
  type ServerTransaction,
  type StatelessRefusal,
  type TransactionTimers,
  type TransactionUser,
  defaultTimers,
} from "@sidetone/transaction-core";
import type { AdmissionCounts } from "../admission/admission-counts.ts";
import { RequestScreen, type StrangerPolicy } from "../admission/request-screen.ts";
import type { UserAgentLimits } from "../admission/user-agent-limits.ts";
import { DialogRegistry } from "../dialog/dialog-registry.ts";
import { DialogError } from "../errors.ts";
import type { OutgoingInvite } from "../invite/outgoing-invite.ts";
import type { InviteUsageUser } from "../invite/invite-usage-user.ts";
import { OutgoingInviteMachine } from "../invite/outgoing-invite-machine.ts";
import type { MediaNegotiator } from "../media-negotiator.ts";
import { RegistrationMachine } from "../registration/registration-machine.ts";
import type { Registration, RegistrationOptions } from "../registration/registration.ts";
import type { RegistrationUser } from "../registration/registration-user.ts";
import { Authenticator } from "./authenticator.ts";
import type { CancelReceiver } from "./cancel-receiver.ts";
import { Capabilities } from "./capabilities.ts";
import { checkOptions } from "./check-options.ts";
import type { CredentialSource } from "./credential-source.ts";
import { draftOutsideDialog } from "./draft-outside-dialog.ts";
import { failoverTimes, type FailoverOptions, type FailoverTimes } from "./failover-options.ts";
import type { ResponseOptions } from "./incoming-request.ts";
import { OwnAddresses, type ContactHost } from "./own-addresses.ts";
import type { RequestDraft } from "./request-draft.ts";
import type { RequestInterceptor } from "./request-interceptor.ts";
import type { InviteOptions, RequestOptions } from "./request-options.ts";
import { sendRequest } from "./send-request.ts";
import { ServerHealth } from "./server-health.ts";
import { SilenceWatch } from "./silence-watch.ts";
import type { OpenUsage, UserAgentHost } from "./user-agent-host.ts";
import { UserAgentServer } from "./user-agent-server.ts";
import type { UserAgentUser } from "./user-agent-user.ts";

export interface UserAgentCoreOptions {
  readonly user: UserAgentUser;
  /** Product tokens: User-Agent of requests, Server of responses. Default: neither is sent. */
  readonly userAgent?: string | undefined;
  /** T1, T2, T4 and what derives from them. */
  readonly timers?: Partial<TransactionTimers> | undefined;
  /** When requests move from one server of a name to the next. */
  readonly failover?: FailoverOptions | undefined;
  /** Default: no challenge is answered. */
  readonly credentials?: CredentialSource | undefined;
  readonly interceptors?: readonly RequestInterceptor[] | undefined;
  /** Methods that the application takes beyond INVITE, ACK, CANCEL, BYE and OPTIONS. Others are answered 405, unknown ones 501. */
  readonly allowedMethods?: readonly string[] | undefined;
  /** Body types that are understood, in order of preference. Default `application/sdp`; others are answered 415. */
  readonly acceptedBodyTypes?: readonly string[] | undefined;
  /**
   * When 180 goes out: `manual` (default) by {@link IncomingInvite.ring} alone; `automatic` as soon as somebody takes the call, by `attach`.
   */
  readonly ringing?: "automatic" | "manual" | undefined;
  /** What becomes of requests outside of dialogs from those who are not {@link UserAgentUser.isKnownPeer}; `ignore`: no answer. Default `answer`. */
  readonly strangers?: StrangerPolicy | undefined;
  readonly limits?: UserAgentLimits | undefined;
  /**
   * Host of Contact, with the socket's port, for the requests and responses of an account: where a NAT maps a public address to this user
   * agent for good. Default, and where it gives undefined: the socket's, or what the server has told. Not over WebSocket.
   */
  readonly contactHost?: ContactHost | undefined;
}

/**
 * A user agent's signalling: the core that RFC 3261 calls "UA core", over a transaction layer of its own.
 * `transports` are the caller's: open and close them there.
 *
 * @throws {DialogError} `DIALOG_OPTION` when an option cannot be honoured.
 */
export function createUserAgentCore(environment: Environment, transports: SipTransports, options: UserAgentCoreOptions): UserAgentCore {
  return new UserAgentCore(environment, transports, options);
}

/** Made by {@link createUserAgentCore}. */
export class UserAgentCore implements UserAgentHost, TransactionUser, AsyncDisposable {
  readonly environment: Environment;
  readonly transports: SipTransports;
  readonly user: UserAgentUser;
  /** Internal. */
  readonly timers: TransactionTimers;
  /** Internal. */
  readonly ringsByItself: boolean;
  /** Internal. */
  readonly capabilities: Capabilities;
  /** Internal. */
  readonly authenticator: Authenticator;
  /** Internal. */
  readonly ownAddresses: OwnAddresses;
  /** Internal. */
  readonly transactions: TransactionLayer;
  /** Internal. */
  readonly dialogs: DialogRegistry = new DialogRegistry();
  /** Internal. */
  readonly failover: FailoverTimes;
  /** Internal. */
  readonly health: ServerHealth;
  /** Internal. */
  readonly silence: SilenceWatch;
  /** Internal: whose signal no negotiator holds; most answer at once, and a controller is dear. */
  spareAbort: AbortController | undefined = undefined;
  readonly #usages = new TurnoverMap<OpenUsage, OpenUsage>();
  readonly #requests = new Set<OpenUsage>();
  readonly #interceptors: readonly RequestInterceptor[];
  readonly #server: UserAgentServer;
  readonly #screen: RequestScreen;

  /** Internal. */
  constructor(environment: Environment, transports: SipTransports, options: UserAgentCoreOptions) {
    checkOptions(options);
    this.environment = environment;
    this.transports = transports;
    this.user = options.user;
    this.timers = { ...defaultTimers, ...options.timers };
    this.ringsByItself = options.ringing === "automatic";
    this.capabilities = new Capabilities(options);
    this.failover = failoverTimes(options.failover);
    this.health = new ServerHealth(environment.clock);
    this.silence = new SilenceWatch(environment.clock, this.failover.silenceMs);
    this.ownAddresses = new OwnAddresses(options.contactHost);
    this.authenticator = new Authenticator(options.credentials, environment.random);
    this.#interceptors = options.interceptors ?? [];
    this.#server = new UserAgentServer(this, options.user);
    this.#screen = new RequestScreen(this, options.user, { strangers: options.strangers, ...options.limits });
    const { serverTransactions } = options.limits ?? {};
    const limits = serverTransactions === undefined ? {} : { maxServerTransactions: serverTransactions };
    this.transactions = new TransactionLayer(environment, transports, this, { ...this.timers, ...limits });
  }

  /** Under which host the server at this numeric address sees us (RFC 3581), where that is another than our socket's. */
  hostSeenBy(serverAddress: string): string | undefined {
    return this.ownAddresses.hostSeenBy(serverAddress);
  }

  /** Whether a server has told us to be reached at this `host:port` (RFC 3581). */
  isLearned(hostPort: string): boolean {
    return this.ownAddresses.isLearned(hostPort);
  }

  /** Dialogs, early and confirmed. */
  get dialogCount(): number {
    return this.dialogs.size;
  }

  /** Requests that were turned away before anything was kept of them. */
  get admissionCounts(): Readonly<AdmissionCounts> {
    return this.#screen.counts;
  }

  /** Calls that are not over. */
  get inviteUsageCount(): number {
    return this.#usages.size;
  }

  /**
   * Sends a request outside of a dialog: to one target after the other until one answers, with credentials when challenged. Resolves with
   * the final response, whatever its status code.
   *
   * @throws {DialogError} `DIALOG_TIMEOUT`, `DIALOG_UNREACHABLE`, or `DIALOG_OPTION` when the request cannot be written.
   * @throws `signal.reason` when aborted; the request is not called back.
   */
  async request(options: RequestOptions): Promise<SipResponse> {
    const { method } = options;
    if (method === "INVITE" || method === "ACK" || method === "CANCEL") {
      throw new DialogError("DIALOG_OPTION", `${method} is not sent by request(); invite() makes calls`);
    }
    return sendRequest(this, draftOutsideDialog(this, method, options), options);
  }

  /**
   * Makes a call: pulls the offer from `negotiator` and sends the INVITE (RFC 3261 §13.2). Nothing is reported before this returns.
   *
   * @throws {DialogError} `DIALOG_OPTION` when an address, the Call-ID or the sequence number cannot be written.
   * @throws {SipError} `SIP_HEADER_INVALID` when one of `headers` cannot be written, or is written by the stack.
   */
  invite(options: InviteOptions, negotiator: MediaNegotiator, user: InviteUsageUser): OutgoingInvite {
    const invite = new OutgoingInviteMachine(this, options, negotiator, user);
    this.usageBegun(invite);
    queueMicrotask(() => invite.start());
    return invite;
  }

  /**
   * A registration of one address-of-record (RFC 3261 §10). Nothing is sent before {@link Registration.register}; from then on it is kept
   * alive, and tried again when it fails, until {@link Registration.unregister} or {@link close}.
   *
   * @throws {DialogError} `DIALOG_OPTION` when an address or option cannot be honoured.
   */
  registration(options: RegistrationOptions, user: RegistrationUser): Registration {
    return new RegistrationMachine(this, options, user);
  }

  /** Ends every call, registration, request and transaction without a message; `onTerminated` says `Closed`. No timer is left. Idempotent, never rejects. */
  async close(): Promise<void> {
    for (const open of [...this.#usages.values(), ...this.#requests]) open.close();
    this.silence.close();
    await this.transactions.close();
  }

  /** Internal. */
  screen(request: SipRequest, flow: Flow): StatelessRefusal | "ignore" | undefined {
    return this.#screen.screen(request, flow);
  }

  /** Internal. */
  answersMalformed(flow: Flow): boolean {
    return this.#screen.answersMalformed(flow);
  }

  /** Internal. */
  answersStun(flow: Flow): boolean {
    return this.#screen.answersStun(flow);
  }

  /** Internal. */
  onRequest(transaction: ServerTransaction): void {
    this.#server.receive(transaction);
  }

  /** Internal. */
  onCancelled(transaction: InviteServerTransaction, cancel: SipRequest): void {
    (transaction.context as CancelReceiver | undefined)?.onCancel(cancel);
  }

  /** Internal. */
  onAck(ack: SipRequest): void {
    const dialog = this.dialogs.find(ack.callId, ack.toTag ?? "", ack.fromTag ?? "");
    dialog?.usage?.onDialogAck(ack, dialog);
  }

  /** Internal: "Any response that matches no transaction … is dropped" (RFC 6026 §7.2 leaves none that this core needs). */
  onStrayResponse(response: SipResponse, flow: Flow): void {
    const { remoteAddress, remotePort } = flow;
    this.environment.logger.debug(
      { statusCode: response.statusCode, callId: response.callId, remoteAddress, remotePort },
      "stray response",
    );
  }

  /** Internal: answers a request; a refusal is bounded. */
  respond(transaction: ServerTransaction, request: SipRequest, statusCode: number, options: ResponseOptions): void {
    if (statusCode >= 300) return this.respondBounded(transaction, request, statusCode, options);
    transaction.respond(createResponse(request, statusCode, this.#signed(transaction, options)));
  }

  /** Internal: answers a request, whose sender may be anybody where it came over UDP and within no dialog. */
  respondBounded(transaction: ServerTransaction, request: SipRequest, statusCode: number, options: ResponseOptions): void {
    const { toTag } = request;
    const isWithinDialog = toTag !== undefined && this.dialogs.find(request.callId, toTag, request.fromTag ?? "") !== undefined;
    const create = transaction.flow.reliable || isWithinDialog ? createResponse : createBoundedResponse;
    transaction.respond(create(request, statusCode, this.#signed(transaction, options)));
    this.#screen.remember(request, transaction.flow, statusCode, options);
  }

  #signed({ toTag }: ServerTransaction, { headers, reasonPhrase, body }: ResponseOptions): CreateResponseOptions {
    const { server } = this.capabilities;
    return { toTag, reasonPhrase, headers: server.length === 0 ? headers : headers ? [...headers, ...server] : server, body };
  }

  /** Internal. */
  peerProved(flow: Flow): void {
    this.#screen.prove(flow);
  }

  /** Internal: runs the application's interceptors. */
  intercept(draft: RequestDraft): void {
    for (const interceptor of this.#interceptors) interceptor(draft);
  }

  /** Internal: the usage has begun. */
  usageBegun(usage: OpenUsage): void {
    this.#usages.set(usage, usage);
  }

  /** Internal: the usage is over. */
  usageEnded(usage: OpenUsage): void {
    this.#usages.delete(usage);
  }

  /** Internal. */
  requestBegun(request: OpenUsage): void {
    this.#requests.add(request);
  }

  /** Internal. */
  requestEnded(request: OpenUsage): void {
    this.#requests.delete(request);
  }

  /** The same as {@link close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
