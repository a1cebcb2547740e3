import type { Environment } from "@sidetone/infra-common";
import { createResponse, RecordRoute, SipParseError, type SipRequest, type SipResponse } from "@sidetone/sip-core";
import type { Flow, SipTransports } from "@sidetone/sip-transport";
import {
  TransactionLayer,
  type InviteServerTransaction,
  type ServerTransaction,
  type TransactionTimers,
  type TransactionUser,
  defaultTimers,
} from "@sidetone/transaction-core";
import { DialogRegistry } from "../dialog/dialog-registry.ts";
import { DialogError } from "../errors.ts";
import { IncomingInviteMachine } from "../invite/incoming-invite-machine.ts";
import type { InviteMachine } from "../invite/invite-machine.ts";
import type { OutgoingInvite } from "../invite/invite-usage.ts";
import type { InviteUsageUser } from "../invite/invite-usage-user.ts";
import { OutgoingInviteMachine } from "../invite/outgoing-invite-machine.ts";
import type { MediaNegotiator } from "../media-negotiator.ts";
import { answerOptions } from "./answer-options.ts";
import { Authenticator } from "./authenticator.ts";
import { Capabilities } from "./capabilities.ts";
import type { CredentialSource } from "./credential-source.ts";
import { draftOutsideDialog } from "./draft-outside-dialog.ts";
import { IncomingRequest, type ResponseOptions } from "./incoming-request.ts";
import { inspectRequest } from "./inspect-request.ts";
import type { RequestDraft } from "./request-draft.ts";
import type { RequestInterceptor } from "./request-interceptor.ts";
import type { InviteOptions, RequestOptions } from "./request-options.ts";
import { sendRequest } from "./send-request.ts";
import type { UserAgentUser } from "./user-agent-user.ts";

export interface UserAgentCoreOptions {
  readonly user: UserAgentUser;
  /** Product tokens: User-Agent of requests, Server of responses. Default: neither is sent. */
  readonly userAgent?: string | undefined;
  /** T1, T2, T4 and what derives from them. */
  readonly timers?: Partial<TransactionTimers> | undefined;
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
  readonly limits?: UserAgentLimits | undefined;
}

export interface UserAgentLimits {
  /** Calls at a time, both ways; a further INVITE is answered 503 with Retry-After. Default 1,000,000. */
  readonly inviteUsages?: number | undefined;
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
export class UserAgentCore implements TransactionUser {
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
  readonly transactions: TransactionLayer;
  /** Internal. */
  readonly dialogs: DialogRegistry = new DialogRegistry();
  /** Internal: whose signal no negotiator holds; most answer at once, and a controller is dear. */
  spareAbort: AbortController | undefined = undefined;
  readonly #usages = new Set<InviteMachine>();
  readonly #interceptors: readonly RequestInterceptor[];
  readonly #maxUsages: number;

  /** Internal. */
  constructor(environment: Environment, transports: SipTransports, options: UserAgentCoreOptions) {
    this.environment = environment;
    this.transports = transports;
    this.user = options.user;
    this.timers = { ...defaultTimers, ...options.timers };
    this.ringsByItself = options.ringing === "automatic";
    this.capabilities = new Capabilities(options);
    this.authenticator = new Authenticator(options.credentials, environment.random);
    this.#interceptors = options.interceptors ?? [];
    this.#maxUsages = options.limits?.inviteUsages ?? 1_000_000;
    this.transactions = new TransactionLayer(environment, transports, this, this.timers);
  }

  /** Dialogs, early and confirmed. */
  get dialogCount(): number {
    return this.dialogs.size;
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
   * @throws {DialogError} `DIALOG_OPTION` when an address cannot be written.
   */
  invite(options: InviteOptions, negotiator: MediaNegotiator, user: InviteUsageUser): OutgoingInvite {
    const invite = new OutgoingInviteMachine(this, options, negotiator, user);
    this.#usages.add(invite);
    queueMicrotask(() => invite.start());
    return invite;
  }

  /** Ends every call and transaction without a message; `onTerminated` says `Closed`. No timer is left. Idempotent, never rejects. */
  async close(): Promise<void> {
    for (const usage of [...this.#usages]) usage.input("close");
    await this.transactions.close();
  }

  /** Internal. */
  onRequest(transaction: ServerTransaction): void {
    const { request } = transaction;
    const refusal = inspectRequest(request, this.capabilities);
    if (refusal) this.respond(transaction, request, refusal.statusCode, refusal);
    else if (request.toTag !== undefined) this.#receiveInDialog(transaction, request);
    else this.#receiveOutsideDialog(transaction, request);
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

  /** Internal: answers a request. */
  respond(transaction: ServerTransaction, request: SipRequest, statusCode: number, options: ResponseOptions): void {
    const { server } = this.capabilities;
    const { headers, reasonPhrase, body } = options;
    const fields = server.length === 0 ? headers : headers ? [...headers, ...server] : server;
    transaction.respond(createResponse(request, statusCode, { toTag: transaction.toTag, reasonPhrase, headers: fields, body }));
  }

  /** Internal: runs the application's interceptors. */
  intercept(draft: RequestDraft): void {
    for (const interceptor of this.#interceptors) interceptor(draft);
  }

  /** Internal: the usage is over. */
  usageEnded(usage: InviteMachine): void {
    this.#usages.delete(usage);
  }

  #receiveInDialog(transaction: ServerTransaction, request: SipRequest): void {
    const dialog = this.dialogs.find(request.callId, request.toTag ?? "", request.fromTag ?? "");
    // "If the UAS wishes to reject the request because it does not wish to recreate the dialog, it MUST respond … 481" (§12.2.2)
    if (!dialog?.usage) this.respond(transaction, request, 481, {});
    else if (!dialog.takeSequenceNumber(request.sequenceNumber)) this.respond(transaction, request, 500, {});
    else if (request.method === "OPTIONS") answerOptions(this, transaction);
    else dialog.usage.onDialogRequest(transaction, dialog);
  }

  #receiveOutsideDialog(transaction: ServerTransaction, request: SipRequest): void {
    const refusal = this.user.admit ? this.#ask(transaction, request, () => this.user.admit?.(request, transaction.flow)) : undefined;
    if (refusal) this.respond(transaction, request, refusal.statusCode, refusal);
    else if (request.method === "INVITE") this.#receiveInvite(transaction, request);
    else if (request.method === "OPTIONS") answerOptions(this, transaction);
    else if (dialogMethods.has(request.method)) this.respond(transaction, request, 481, {});
    else if (!this.user.onRequest) this.respond(transaction, request, 405, { headers: [this.capabilities.allow] });
    else this.#ask(transaction, request, () => this.user.onRequest?.(new IncomingRequest(this, transaction)));
  }

  #receiveInvite(transaction: ServerTransaction, request: SipRequest): void {
    if (this.#usages.size >= this.#maxUsages) {
      return this.respond(transaction, request, 503, { headers: [["Retry-After", "5"]] });
    }
    if (!hasReadableRouteSet(request)) return this.respond(transaction, request, 400, { reasonPhrase: "Bad Record-Route" });
    const invite = new IncomingInviteMachine(this, transaction, request);
    this.#usages.add(invite);
    try {
      this.user.onInvite(invite);
    } catch (error) {
      this.environment.onListenerError(error, "UserAgentUser.onInvite");
      invite.terminate({ statusCode: 500 });
    }
  }

  /** Calls the application; what it throws is answered 500. */
  #ask<Result>(transaction: ServerTransaction, request: SipRequest, call: () => Result): Result | undefined {
    try {
      return call();
    } catch (error) {
      this.environment.onListenerError(error, "UserAgentUser");
      this.respond(transaction, request, 500, {});
      return undefined;
    }
  }
}

/** A dialog cannot do without any part of its route set (RFC 3261 §12.1.1). */
function hasReadableRouteSet(request: SipRequest): boolean {
  if (!request.has("Record-Route")) return true;
  try {
    return request.requireAll(RecordRoute).length > 0;
  } catch (error) {
    if (error instanceof SipParseError) return false;
    throw error;
  }
}

/** What takes the CANCEL of an INVITE: kept as the transaction's context. */
export interface CancelReceiver {
  onCancel(cancel: SipRequest): void;
}

/** Requests that mean nothing outside of a dialog. */
const dialogMethods: ReadonlySet<string> = new Set(["BYE", "PRACK", "UPDATE", "INFO"]);
