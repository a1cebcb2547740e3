import { TableMachine, type ActionMap, type TransitionTable } from "@sidetone/infra-common";
import { createResponse, type Body, type HeaderInput, type SipRequest } from "@sidetone/sip-core";
import type { InviteServerTransaction } from "@sidetone/transaction-core";
import { DialogError } from "../errors.ts";
import type { MediaNegotiator } from "../media-negotiator.ts";
import type { OfferAnswerSituation } from "../offer-answer.ts";
import { contactOf } from "../user-agent/contact.ts";
import { sessionDescriptionOf } from "../user-agent/session-description.ts";
import type { CancelReceiver } from "../user-agent/cancel-receiver.ts";
import {
  incomingModificationTable,
  type IncomingModificationAction,
  type IncomingModificationInput,
  type IncomingModificationState,
} from "./incoming-modification-table.ts";
import type { InviteCall } from "./invite-call.ts";
import type { TakenModification } from "./modification.ts";
import { negotiate, settleQuietly } from "./negotiate.ts";
import { mediaStatusOf } from "./reject.ts";
import { SuccessRetransmission, type AckWaiter } from "./success-retransmission.ts";

const actions: ActionMap<IncomingModification, IncomingModificationAction, unknown> = {
  sendSuccess: (modification, description) => modification.sendSuccess(description as Body),
  refuseMedia: (modification, error) => modification.respond(mediaStatusOf(error, modification.isLateOffer)),
  refuseCancelled: (modification) => modification.respond(487),
  abortMedia: ({ usage }) => usage.abortMedia(),
  rollback: ({ usage }) => settleQuietly(usage, () => usage.negotiator?.rollback(), "MediaNegotiator.rollback"),
  stopRetransmission: (modification) => modification.stopRetransmission(),
  takeAck: (modification, ack) => modification.takeAck(ack as SipRequest),
  reportModified: ({ usage }) => usage.report("onRemoteModified"),
  endWithoutAck: ({ usage }) => usage.input("ackTimeout"),
  endByMedia: ({ usage }, error) => usage.input("mediaFailed", error),
  passOn: (modification) => modification.usage.modifications?.remove(modification),
};

/** One re-INVITE of the peer (RFC 3261 §14.2). */
export class IncomingModification
  extends TableMachine<IncomingModificationState, IncomingModificationInput, IncomingModificationAction, unknown>
  implements TakenModification, AckWaiter, CancelReceiver
{
  readonly usage: InviteCall;
  readonly sequenceNumber: number;
  /** Whether it came without an offer, so that our 2xx carries it. */
  readonly isLateOffer: boolean;
  readonly #transaction: InviteServerTransaction;
  readonly #request: SipRequest;
  readonly #offer: Body | undefined;
  #success: SuccessRetransmission | undefined = undefined;

  constructor(usage: InviteCall, transaction: InviteServerTransaction) {
    super("MediaPending");
    this.usage = usage;
    this.#transaction = transaction;
    this.#request = transaction.request;
    this.#offer = sessionDescriptionOf(this.#request, usage.core.capabilities.bodyTypes);
    this.isLateOffer = this.#offer === undefined;
    this.sequenceNumber = this.#request.sequenceNumber;
    transaction.context = this;
  }

  protected override get table(): TransitionTable<IncomingModificationState, IncomingModificationInput, IncomingModificationAction> {
    return incomingModificationTable;
  }

  protected override get actions(): ActionMap<never, IncomingModificationAction, unknown> {
    return actions;
  }

  get situation(): OfferAnswerSituation {
    if (this.state === "MediaPending") return "InviteReceived";
    return this.isLateOffer ? "OfferSent" : "AnswerSent";
  }

  /** Asks the media for the answer, or for an offer when the re-INVITE had none. */
  start(): void {
    const offer = this.#offer;
    const call = (negotiator: MediaNegotiator, signal: AbortSignal) =>
      offer ? negotiator.acceptOffer(offer, signal) : negotiator.createOffer("modify", signal);
    negotiate(this.usage, call, this, "descriptionReady", "mediaFailed");
  }

  /** "If the re-INVITE is accepted, all the state changes associated with it are performed" (§12.2.2): the target refresh is one. */
  sendSuccess(description: Body): void {
    const { core, dialog, accountId } = this.usage;
    dialog!.refreshTarget(this.#request);
    const { contactUser, secure } = dialog!;
    const contact: HeaderInput = ["Contact", contactOf(core.ownAddresses, this.#transaction.flow, contactUser, secure, accountId)];
    dialog!.contactFlow = this.#transaction.flow;
    const headers = [contact, ...core.capabilities.ofSuccess];
    const response = createResponse(this.#request, 200, { headers, body: description, recordRoute: true });
    this.#transaction.context = undefined;
    this.#success = new SuccessRetransmission(core, this.#transaction, response, this);
  }

  /** Refuses. From the final response on no CANCEL matters, and the transaction, which lingers, lets go of the call. */
  respond(statusCode: number): void {
    this.#transaction.context = undefined;
    this.usage.core.respond(this.#transaction, this.#request, statusCode, {});
  }

  takeAck(ack: SipRequest): void {
    if (!this.isLateOffer) return this.input("mediaReady");
    const answer = sessionDescriptionOf(ack, this.usage.core.capabilities.bodyTypes);
    if (!answer) return this.input("mediaFailed", new DialogError("DIALOG_MEDIA", "The ACK carries no answer to the offer of our 2xx"));
    negotiate(this.usage, (negotiator) => negotiator.acceptAnswer(answer, "final"), this, "mediaReady", "mediaFailed");
  }

  stopRetransmission(): void {
    this.#success?.stop();
    this.#success = undefined;
  }

  onCancel(): void {
    this.input("cancel");
  }

  onAckTimeout(): void {
    this.#success = undefined;
    this.input("ackTimeout");
  }
}
