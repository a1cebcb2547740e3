import { TableMachine } from "@sidetone/infra-common";
import type { SipRequest, SipResponse } from "@sidetone/sip-core";
import type { ServerTransaction } from "@sidetone/transaction-core";
import type { Dialog, DialogUsage } from "../dialog/dialog.ts";
import { draftInDialog } from "../dialog/draft-in-dialog.ts";
import { DialogError } from "../errors.ts";
import type { MediaNegotiator, OfferReason } from "../media-negotiator.ts";
import type { OfferAnswerSituation } from "../offer-answer.ts";
import { checkHeaders } from "../user-agent/check-headers.ts";
import { ReceivedRequest } from "../user-agent/received-request.ts";
import type { DialogRequestOptions } from "../user-agent/request-options.ts";
import { wayOut, type WayOut } from "../user-agent/way-out.ts";
import { sendRequest } from "../user-agent/send-request.ts";
import type { UserAgentHost } from "../user-agent/user-agent-host.ts";
import type { Ending } from "./ending.ts";
import type { DetailsOf, InviteAction, InviteCall, InviteInput } from "./invite-call.ts";
import type { InviteTermination } from "./invite-termination.ts";
import type { InviteState, InviteUsage, ModifyOptions, TerminateOptions } from "./invite-usage.ts";
import type { InviteUsageUser } from "./invite-usage-user.ts";
import type { Modifications } from "./modification.ts";
import { ModificationQueue } from "./modification-queue.ts";
import { receiveReinvite } from "./receive-reinvite.ts";
import { noteFailure } from "./terminate.ts";

/** What caller and callee share: the answered call, its dialog, its modifications and its end. */
export abstract class InviteMachine
  extends TableMachine<InviteState, InviteInput, InviteAction, unknown>
  implements InviteCall, DialogUsage
{
  abstract readonly role: "UAC" | "UAS";
  abstract readonly callId: string;
  readonly core: UserAgentHost;
  accountId: string | undefined;
  user: InviteUsageUser | undefined;
  negotiator: MediaNegotiator | undefined;
  dialog: Dialog | undefined = undefined;
  termination: InviteTermination | undefined = undefined;
  ending: Ending | undefined = undefined;
  modifications: Modifications | undefined = undefined;
  #mediaAbort: AbortController | undefined = undefined;

  constructor(
    core: UserAgentHost,
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

  get situation(): OfferAnswerSituation {
    return this.modifications?.situation ?? this.initialSituation;
  }

  get isAnswered(): boolean {
    return this.dialog?.state === "Confirmed";
  }

  async modify(reason: Exclude<OfferReason, "initial">, options: ModifyOptions = {}): Promise<void> {
    checkHeaders(options.headers, true);
    if (!this.isAnswered || this.ending || this.termination) {
      throw new DialogError("DIALOG_STATE", `A call that is ${this.state} cannot be modified`);
    }
    await (this.modifications ??= new ModificationQueue(this)).add(reason, options);
  }

  async wayOut(): Promise<WayOut> {
    const { dialog } = this;
    if (!dialog) return "same";
    const way = await wayOut(this.core, dialog.contactFlow);
    if (way !== "same") dialog.flow = undefined;
    return way;
  }

  async sendRequest(options: DialogRequestOptions): Promise<SipResponse> {
    const { method, body } = options;
    const headers = [...(options.headers ?? [])];
    checkHeaders(headers, true);
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
    checkHeaders(options.headers, false, options.reasonPhrase);
    const { statusCode = 480 } = options;
    if (!Number.isInteger(statusCode) || statusCode < 300 || statusCode > 699) {
      throw new DialogError("DIALOG_OPTION", `A call that is not answered is ended with a status code from 300 to 699, not ${statusCode}`);
    }
    this.input("terminate", options);
  }

  close(): void {
    this.input("close");
  }

  beginMedia(): AbortController {
    const abort = this.core.spareAbort ?? new AbortController();
    this.core.spareAbort = undefined;
    return (this.#mediaAbort = abort);
  }

  endMedia(abort: AbortController): void {
    if (this.#mediaAbort === abort) this.#mediaAbort = undefined;
  }

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
    else if (this.user?.onRequest) this.report("onRequest", new ReceivedRequest(this.core, transaction));
    else this.core.respond(transaction, request, 405, { headers: [this.core.capabilities.allow] });
  }

  abstract onDialogAck(ack: SipRequest): void;

  abstract release(): void;

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

/** What `sendRequest` does not send. */
const ownMethods: ReadonlySet<string> = new Set(["INVITE", "ACK", "CANCEL", "BYE"]);
