import type { ActionMap, TransitionTable } from "@sidetone/infra-common";
import type { Body, SipRequest, SipResponse } from "@sidetone/sip-core";
import type { MediaNegotiator } from "../media-negotiator.ts";
import type { OfferAnswerSituation } from "../offer-answer.ts";
import { checkHeaders } from "../user-agent/check-headers.ts";
import { draftOutsideDialog } from "../user-agent/draft-outside-dialog.ts";
import type { RequestDraft } from "../user-agent/request-draft.ts";
import type { InviteOptions } from "../user-agent/request-options.ts";
import type { UserAgentHost } from "../user-agent/user-agent-host.ts";
import { cancelInvite, endCancelled } from "./cancel.ts";
import { confirm, endFailed, endRefused, giveAnswer, pullAnswer, pullOffer, takeProvisional } from "./establish.ts";
import type { InviteAction, InviteInput } from "./invite-call.ts";
import { Establishment } from "./establishment.ts";
import { InviteMachine } from "./invite-machine.ts";
import type { InviteState, TerminateOptions } from "./invite-usage.ts";
import type { OutgoingCall } from "./outgoing-call.ts";
import type { OutgoingInvite } from "./outgoing-invite.ts";
import type { InviteUsageUser } from "./invite-usage-user.ts";
import { outgoingInviteTable, type OutgoingInviteAction } from "./outgoing-invite-table.ts";
import { blame, end, reasonOf, sessionActions } from "./terminate.ts";

const actions: ActionMap<OutgoingInviteMachine, OutgoingInviteAction, unknown> = {
  ...sessionActions,
  sendInvite: (usage, offer) => usage.establishment?.sendInvite(offer as Body | undefined),
  cancelInvite: (usage) => cancelInvite(usage),
  takeProvisional: (usage, response) => takeProvisional(usage, response as SipResponse),
  confirm: (usage, response) => confirm(usage, response as SipResponse),
  sendAck: (usage) => usage.establishment?.acknowledge(undefined),
  sendAckWithAnswer: (usage, answer) => usage.establishment?.acknowledge(answer as Body),
  pullAnswer: (usage, response) => pullAnswer(usage, response as SipResponse),
  giveAnswer: (usage, response) => giveAnswer(usage, response as SipResponse),
  reportEstablished: (usage) => usage.established(),
  blamePeer: (usage, bye) => blame(usage, { endedBy: "remote", reason: "Bye", ...reasonOf(bye as SipRequest) }),
  endRefused: (usage, response) => endRefused(usage, response as SipResponse),
  endFailed: (usage, error) => endFailed(usage, error),
  endCancelled: (usage, outcome) => endCancelled(usage, outcome),
  endMediaFailed: (usage, error) => end(usage, { endedBy: "local", reason: "MediaFailed", error }),
};

/** The caller's INVITE usage (RFC 3261 §13.2). */
export class OutgoingInviteMachine extends InviteMachine implements OutgoingInvite, OutgoingCall {
  readonly role = "UAC";
  readonly callId: string;
  readonly isLateOffer: boolean;
  establishment: Establishment | undefined;
  preview: Body | undefined = undefined;

  constructor(core: UserAgentHost, options: InviteOptions, negotiator: MediaNegotiator, user: InviteUsageUser) {
    super(core, "OfferPending", options.accountId, user, negotiator);
    const draft: RequestDraft = draftOutsideDialog(core, "INVITE", options);
    checkHeaders(draft.headers, true);
    this.callId = draft.callId;
    this.isLateOffer = options.lateOffer ?? false;
    this.establishment = new Establishment(this, draft, this.isLateOffer);
  }

  protected override get table(): TransitionTable<InviteState, InviteInput, InviteAction> {
    return outgoingInviteTable as TransitionTable<InviteState, InviteInput, InviteAction>;
  }

  protected override get actions(): ActionMap<never, InviteAction, unknown> {
    return actions as ActionMap<never, InviteAction, unknown>;
  }

  protected override get initialSituation(): OfferAnswerSituation {
    if (this.state === "AnswerPending" || this.state === "MediaPending") return "SuccessReceived";
    return this.isAnswered ? "Idle" : "InviteSent";
  }

  /** Asks for the offer; the INVITE follows. */
  start(): void {
    if (this.state === "OfferPending") pullOffer(this);
  }

  cancel(options: TerminateOptions = {}): void {
    this.terminate(options);
  }

  /** The ACK was sent, and the media has what it needs. */
  established(): void {
    this.release();
    this.report("onEstablished");
    this.modifications?.advance();
  }

  /** What answers repeated 2xx lives on with the transaction. */
  override release(): void {
    this.establishment?.forks.clear();
    this.establishment = undefined;
  }

  override onDialogAck(ack: SipRequest): void {
    this.modifications?.onAck(ack);
  }
}
