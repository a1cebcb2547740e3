import { TableMachine } from "@sidetone/infra-common";
import type { SipRequest, SipResponse } from "@sidetone/sip-core";
import type { ServerTransaction } from "@sidetone/transaction-core";
import type { Dialog, DialogUsage } from "../dialog/dialog.ts";
import { draftInDialog } from "../dialog/draft-in-dialog.ts";
import { DialogError } from "../errors.ts";
import type { MediaNegotiator, OfferReason } from "../media-negotiator.ts";
import type { OfferAnswerSituation } from "../offer-answer.ts";
import { IncomingRequest } from "../user-agent/incoming-request.ts";
import type { DialogRequestOptions } from "../user-agent/request-options.ts";
import { sendRequest } from "../user-agent/send-request.ts";
import type { UserAgentCore } from "../user-agent/user-agent-core.ts";
import type { IncomingInviteAction, IncomingInviteInput } from "./incoming-invite-table.ts";
import type { InviteTermination } from "./invite-termination.ts";
import type { InviteState, InviteUsage, ModifyOptions, TerminateOptions } from "./invite-usage.ts";
import type { InviteUsageUser } from "./invite-usage-user.ts";
import { ModificationQueue } from "./modification-queue.ts";
import type { OutgoingInviteAction, OutgoingInviteInput } from "./outgoing-invite-table.ts";
import { receiveReinvite } from "./receive-reinvite.ts";
import { noteFailure, type Ending } from "./terminate.ts";

export type InviteInput = OutgoingInviteInput | IncomingInviteInput;
export type InviteAction = OutgoingInviteAction | IncomingInviteAction;

/** What caller and callee share: the answered call, its dialog, its modifications and its end. */
export abstract class InviteMachine
  extends TableMachine<InviteState, InviteInput, InviteAction, unknown>
  implements InviteUsage, DialogUsage
{
  abstract readonly role: "UAC" | "UAS";
  abstract readonly callId: string;
  readonly core: UserAgentCore;
  readonly accountId: string | undefined;
  user: InviteUsageUser | undefined;
  negotiator: MediaNegotiator | undefined;
  dialog: Dialog | undefined = undefined;
  termination: InviteTermination | undefined = undefined;
  /** What the end will be, once the BYE or CANCEL that it takes is done. */
  ending: Ending | undefined = undefined;
  modifications: ModificationQueue | undefined = undefined;
  #mediaAbort: AbortController | undefined = undefined;

  constructor(
    core: UserAgentCore,
    state: InviteState,
    accountId: string | undefined,
    user: InviteUsageUser | undefined,
    negotiator: MediaNegotiator | undefined,
  ) {
    super(state);
    this.core = core;
    this.accountId = accountId;
    this.user = user;
    this.negotiator = negotiator;
  }

  /** How far the initial INVITE has come. */
  protected abstract readonly initialSituation: OfferAnswerSituation;

  /** How far the latest INVITE of the dialog has come. */
  get situation(): OfferAnswerSituation {
    return this.modifications?.situation ?? this.initialSituation;
  }

  get isAnswered(): boolean {
    return this.dialog?.state === "Confirmed";
  }

  modify(reason: Exclude<OfferReason, "initial">, options: ModifyOptions = {}): Promise<void> {
    if (!this.isAnswered || this.ending || this.termination) {
      return Promise.reject(new DialogError("DIALOG_STATE", `A call that is ${this.state} cannot be modified`));
    }
    return (this.modifications ??= new ModificationQueue(this)).add(reason, options);
  }

  async sendRequest(options: DialogRequestOptions): Promise<SipResponse> {
    const { method, headers, body } = options;
    const { dialog } = this;
    if (!dialog || this.termination)
      throw new DialogError("DIALOG_STATE", `A call that is ${this.state} has no dialog to send ${method} in`);
    if (ownMethods.has(method)) throw new DialogError("DIALOG_OPTION", `${method} is sent by the usage itself`);
    try {
      const response = await sendRequest(this.core, draftInDialog(dialog, method, { headers, body, accountId: this.accountId }), options);
      if (response.statusCode >= 300) noteFailure(this, method, response.statusCode, response);
      return response;
    } catch (error) {
      if (DialogError.is(error, "DIALOG_TIMEOUT")) noteFailure(this, method, 408, undefined);
      throw error;
    }
  }

  terminate(options: TerminateOptions = {}): void {
    this.input("terminate", options);
  }

  /** The negotiator is about to be called: with the signal that {@link abortMedia} aborts. */
  beginMedia(): AbortController {
    const abort = this.core.spareAbort ?? new AbortController();
    this.core.spareAbort = undefined;
    return (this.#mediaAbort = abort);
  }

  /** The negotiator is done. */
  endMedia(abort: AbortController): void {
    if (this.#mediaAbort === abort) this.#mediaAbort = undefined;
  }

  /** Whatever the negotiator is busy with is not wanted any more. */
  abortMedia(): void {
    const abort = this.#mediaAbort;
    this.#mediaAbort = undefined;
    abort?.abort(new DialogError("DIALOG_TERMINATED", "The call ended while its media was negotiated"));
  }

  onDialogRequest(transaction: ServerTransaction, dialog: Dialog): void {
    const { request } = transaction;
    const { method } = request;
    if (method === "BYE") this.#receiveBye(transaction, request);
    else if (this.termination || this.state === "Terminating") this.core.respond(transaction, request, 481, {});
    else if (method === "INVITE") receiveReinvite(this, transaction, dialog);
    else if (this.user?.onRequest) this.report("onRequest", new IncomingRequest(this.core, transaction));
    else this.core.respond(transaction, request, 405, { headers: [this.core.capabilities.allow] });
  }

  abstract onDialogAck(ack: SipRequest): void;

  /** Lets go of what only the establishment needed. */
  abstract release(): void;

  /** Tells the user; what it throws is the application's own affair. */
  report<Event extends keyof InviteUsageUser>(event: Event, ...details: DetailsOf<Event>): void {
    try {
      const call = this.user?.[event] as ((usage: InviteUsage, ...details: DetailsOf<Event>) => void) | undefined;
      call?.call(this.user, this, ...details);
    } catch (error) {
      this.core.environment.onListenerError(error, `InviteUsageUser.${event}`);
    }
  }

  /** A BYE is answered in every state (RFC 3261 §15.1.2), also when it crosses ours (RFC 5407 §3.2.1). */
  #receiveBye(transaction: ServerTransaction, bye: SipRequest): void {
    this.core.respond(transaction, bye, 200, {});
    this.input("bye", bye);
  }
}

type DetailsOf<Event extends keyof InviteUsageUser> =
  Parameters<Required<InviteUsageUser>[Event]> extends [unknown, ...infer Details] ? Details : never;

/** What `sendRequest` does not send. */
const ownMethods: ReadonlySet<string> = new Set(["INVITE", "ACK", "CANCEL", "BYE"]);
