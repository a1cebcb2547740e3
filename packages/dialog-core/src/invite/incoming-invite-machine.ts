import type { ActionMap, TransitionTable } from "@sidetone/infra-common";
import { flat, SipUri, type Body, type SipRequest } from "@sidetone/sip-core";
import type { InviteServerTransaction, ServerTransaction } from "@sidetone/transaction-core";
import { Dialog } from "../dialog/dialog.ts";
import { DialogError } from "../errors.ts";
import type { MediaNegotiator } from "../media-negotiator.ts";
import type { OfferAnswerSituation } from "../offer-answer.ts";
import { sessionDescriptionOf } from "../user-agent/session-description.ts";
import { checkHeaders } from "../user-agent/check-headers.ts";
import type { CancelReceiver } from "../user-agent/cancel-receiver.ts";
import type { UserAgentHost } from "../user-agent/user-agent-host.ts";
import { pullDescription, sendSuccess, takeAck } from "./answer.ts";
import { incomingInviteTable, type IncomingInviteAction, type IncomingInviteInput } from "./incoming-invite-table.ts";
import type { InviteAction, InviteInput } from "./invite-call.ts";
import { InviteMachine } from "./invite-machine.ts";
import type { IncomingCall } from "./incoming-call.ts";
import type { AnswerOptions, IncomingInvite, RedirectOptions, RejectOptions, RingOptions } from "./incoming-invite.ts";
import type { InviteState, TerminateOptions } from "./invite-usage.ts";
import type { InviteUsageUser } from "./invite-usage-user.ts";
import type { ProvisionalRepetition } from "./provisional-repetition.ts";
import { endByCancel, endByEarlyBye, endMediaFailed, endRejected } from "./reject.ts";
import { checkRing, sendEarlyDescription, sendProvisional } from "./ring.ts";
import type { SuccessRetransmission } from "./success-retransmission.ts";
import { sessionActions } from "./terminate.ts";

const actions: ActionMap<IncomingInviteMachine, IncomingInviteAction, unknown> = {
  ...sessionActions,
  sendProvisional: (usage, options) => sendProvisional(usage, options as RingOptions, undefined),
  sendEarlyDescription: (usage, description) => sendEarlyDescription(usage, description as Body),
  pullDescription: (usage, options) => pullDescription(usage, options as RingOptions & AnswerOptions),
  takeOptions: (usage, options) => void (usage.responseOptions = options as AnswerOptions),
  sendSuccess: (usage, description) => sendSuccess(usage, description as Body),
  stopRetransmission: (usage) => usage.stopRetransmission(),
  takeAck: (usage, ack) => takeAck(usage, ack as SipRequest),
  reportEstablished: (usage) => usage.established(),
  endRejected: (usage, options) => endRejected(usage, options as TerminateOptions),
  endCancelled: (usage, cancel) => endByCancel(usage, cancel as SipRequest),
  endByEarlyBye: (usage, bye) => endByEarlyBye(usage, bye as SipRequest),
  endMediaFailed: (usage, error) => endMediaFailed(usage, error),
};

/** The callee's INVITE usage (RFC 3261 §13.3). */
export class IncomingInviteMachine extends InviteMachine implements IncomingInvite, IncomingCall, CancelReceiver {
  readonly role = "UAS";
  readonly callId: string;
  transaction: InviteServerTransaction | undefined;
  provisional: ProvisionalRepetition | undefined = undefined;
  success: SuccessRetransmission | undefined = undefined;
  description: Body | undefined = undefined;
  responseOptions: RingOptions & AnswerOptions = {};
  readonly isLateOffer: boolean;
  readonly authenticatedAs: string | undefined;
  #request: SipRequest | undefined;

  constructor(core: UserAgentHost, transaction: ServerTransaction, request: SipRequest, authenticatedAs: string | undefined) {
    super(core, "Trying", undefined, undefined, undefined);
    this.authenticatedAs = authenticatedAs;
    this.callId = flat(request.callId);
    this.transaction = transaction as InviteServerTransaction;
    this.#request = request;
    this.isLateOffer = sessionDescriptionOf(request, core.capabilities.bodyTypes) === undefined;
    transaction.context = this;
  }

  protected override get table(): TransitionTable<InviteState, InviteInput, InviteAction> {
    return incomingInviteTable as TransitionTable<InviteState, InviteInput, InviteAction>;
  }

  protected override get actions(): ActionMap<never, InviteAction, unknown> {
    return actions as ActionMap<never, InviteAction, unknown>;
  }

  protected override get initialSituation(): OfferAnswerSituation {
    if (!this.isAnswered) return "InviteReceived";
    if (this.state === "MediaPending") return this.isLateOffer ? "OfferSent" : "AnswerSent";
    return this.success ? (this.isLateOffer ? "OfferSent" : "AnswerSent") : "Idle";
  }

  get request(): SipRequest {
    if (!this.#request) throw new DialogError("DIALOG_STATE", `The INVITE of a call that is ${this.state} is not kept`);
    return this.#request;
  }

  attach(negotiator: MediaNegotiator, user: InviteUsageUser): void {
    if (this.negotiator || this.termination) throw new DialogError("DIALOG_STATE", "The call has been taken already, or is over");
    this.negotiator = negotiator;
    this.user = user;
    if (this.core.ringsByItself) this.ring();
  }

  ring(options: RingOptions = {}): void {
    checkRing(this, options);
    this.#act(options.earlyMedia ? "ringWithMedia" : "ring", options);
  }

  answer(options: AnswerOptions = {}): void {
    if (!this.negotiator) throw new DialogError("DIALOG_STATE", "Nobody has attached a media negotiator to the call");
    checkHeaders(options.headers, true);
    this.#act("answer", options);
  }

  reject(statusCode: number, options: RejectOptions = {}): void {
    if (!Number.isInteger(statusCode) || statusCode < 400 || statusCode > 699) {
      throw new DialogError("DIALOG_OPTION", `A call is refused with a status code from 400 to 699, not ${statusCode}`);
    }
    checkHeaders(options.headers, false, options.reasonPhrase);
    this.#act("reject", { ...options, statusCode });
  }

  redirect(contacts: readonly string[], options: RedirectOptions = {}): void {
    const { statusCode = 302, reasonPhrase, headers = [] } = options;
    if (!redirections.includes(statusCode)) throw new DialogError("DIALOG_OPTION", `A call is not redirected with ${statusCode}`);
    if (contacts.length === 0) throw new DialogError("DIALOG_OPTION", "A call is redirected to one URI at least");
    const fields = contacts.map((contact) => ["Contact", contact.includes("<") ? contact : `<${contact}>`] as const);
    checkHeaders([...fields, ...headers], false, reasonPhrase);
    this.#act("reject", { statusCode, reasonPhrase, headers: [...fields, ...headers] });
  }

  onCancel(cancel: SipRequest): void {
    this.input("cancel", cancel);
  }

  override onDialogAck(ack: SipRequest): void {
    if (this.success?.sequenceNumber === ack.sequenceNumber) this.input("ack", ack);
    else this.modifications?.onAck(ack);
  }

  onAckTimeout(): void {
    this.success = undefined;
    this.input("ackTimeout");
  }

  ensureDialog(): Dialog {
    if (this.dialog) return this.dialog;
    const { transaction, request } = this;
    const { requestUri } = request;
    const user = requestUri instanceof SipUri && requestUri.user !== undefined ? flat(requestUri.user) : undefined;
    const dialog = Dialog.ofServer(request, transaction!.toTag, transaction!.flow, user);
    dialog.usage = this;
    this.core.dialogs.add(dialog);
    return (this.dialog = dialog);
  }

  stopRetransmission(): void {
    this.success?.stop();
    this.success = undefined;
  }

  /** The ACK came, and the media has what it needs. */
  established(): void {
    this.release();
    this.report("onEstablished");
    this.modifications?.advance();
  }

  override release(): void {
    this.stopRetransmission();
    this.provisional?.stop();
    this.provisional = undefined;
    // The transaction lingers for 64·T1, and would keep the usage.
    if (this.transaction) this.transaction.context = undefined;
    this.transaction = undefined;
    this.#request = undefined;
    this.description = undefined;
    this.responseOptions = noOptions;
  }

  /** Does what the application asks for, unless it comes too late. */
  #act(input: IncomingInviteInput, options: unknown): void {
    if (!this.accepts(input)) throw new DialogError("DIALOG_STATE", `A call that is ${this.state} cannot ${verbs[input] ?? input}`);
    this.input(input, options);
  }
}

/** RFC 3261 §21.3. */
const redirections: readonly number[] = [300, 301, 302, 305, 380];
const noOptions = {};
const verbs: Partial<Record<IncomingInviteInput, string>> = {
  ring: "ring",
  ringWithMedia: "ring with media",
  answer: "be answered",
  reject: "be refused",
};
