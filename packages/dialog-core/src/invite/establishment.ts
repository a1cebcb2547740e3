import type { Body, HeaderInput, SipRequest, SipResponse } from "@sidetone/sip-core";
import type { ClientTransaction } from "@sidetone/transaction-core";
import { Dialog } from "../dialog/dialog.ts";
import { draftInDialog } from "../dialog/draft-in-dialog.ts";
import type { DialogError } from "../errors.ts";
import { ClientRequest, type ClientRequestUser } from "../user-agent/client-request.ts";
import type { RequestDraft } from "../user-agent/request-draft.ts";
import { Acknowledgement } from "./acknowledgement.ts";
import { Forks, maxForks } from "./fork.ts";
import type { InviteCall } from "./invite-call.ts";

/**
 * The INVITE on its way: its request, its early dialogs, and the ACKs for every 2xx that answers it. Lives until the INVITE's
 * transaction ends, 64·T1 after the first 2xx, since until then each 2xx is acknowledged.
 */
export class Establishment implements ClientRequestUser<undefined> {
  readonly forks: Forks;
  request: ClientRequest<undefined> | undefined = undefined;
  readonly #usage: InviteCall;
  readonly #draft: RequestDraft;
  readonly #isLateOffer: boolean;
  readonly #acknowledgements: Acknowledgement[] = [];
  /** The dialog that was taken. */
  #chosen: Dialog | undefined = undefined;

  constructor(usage: InviteCall, draft: RequestDraft, isLateOffer: boolean) {
    this.#usage = usage;
    this.#isLateOffer = isLateOffer;
    this.#draft = draft;
    this.forks = new Forks(usage);
  }

  sendInvite(offer: Body | undefined): void {
    this.#draft.body = offer;
    this.request = new ClientRequest(this.#usage.core, this.#draft, this, undefined);
    this.request.start();
  }

  onProvisional(_request: ClientRequest<undefined>, response: SipResponse): void {
    this.#usage.input("provisional", response);
  }

  onFinal(_request: ClientRequest<undefined>, response: SipResponse): void {
    if (response.statusCode >= 300) this.#usage.input("refused", response);
    else if (this.#chosen) this.#receiveFurtherSuccess(response, this.#chosen);
    else this.#usage.input(this.#isLateOffer ? "offered" : "answered", response);
  }

  onFailed(_request: ClientRequest<undefined>, error: DialogError): void {
    this.#usage.input("failed", error);
  }

  /**
   * A 2xx from a server that was silent for so long that another one has the INVITE (RFC 3263 §4.3): acknowledged and ended, since
   * there is one session here.
   */
  onLateSuccess(_request: ClientRequest<undefined>, response: SipResponse, { request, flow }: ClientTransaction): void {
    const known = this.#acknowledgementOf(response);
    if (known) return known.resend();
    this.#acknowledgeAndEnd(Dialog.ofClient(request, response, flow, this.#draft.contactUser), request);
  }

  /** The dialog that `response` belongs to (RFC 3261 §12.1.2). */
  dialogOf(response: SipResponse): Dialog {
    const { sent, flow, server } = this.request!;
    const dialog = Dialog.ofClient(sent!, response, flow!, this.#draft.contactUser);
    dialog.server = server;
    return dialog;
  }

  choose(dialog: Dialog): void {
    this.#chosen = dialog;
  }

  /** Acknowledges the 2xx of the dialog that was taken. */
  acknowledge(answer: Body | undefined): void {
    if (this.#chosen) this.#acknowledge(this.#chosen, this.request!.sent!, answer);
  }

  /** "The UAC core MUST generate an ACK … with the same credentials as the INVITE" (§13.2.2.4). */
  #acknowledge(dialog: Dialog, invite: SipRequest, body?: Body): void {
    const draft = draftInDialog(dialog, "ACK", { body, sequenceNumber: invite.sequenceNumber });
    draft.credentials = credentialsOf(invite);
    const acknowledgement = new Acknowledgement(this.#usage.core, draft, dialog.remoteTag);
    this.#acknowledgements.push(acknowledgement);
    acknowledgement.send();
  }

  #acknowledgementOf(response: SipResponse): Acknowledgement | undefined {
    const remoteTag = response.toTag ?? "";
    return this.#acknowledgements.find((acknowledgement) => acknowledgement.remoteTag === remoteTag);
  }

  /**
   * A 2xx after the first: the same again gets its ACK again; one of another fork is acknowledged and ended with BYE, since there is
   * one session here (RFC 3261 §13.2.2.4).
   */
  #receiveFurtherSuccess(response: SipResponse, chosen: Dialog): void {
    const known = this.#acknowledgementOf(response);
    if (known) known.resend();
    else if ((response.toTag ?? "") !== chosen.remoteTag) this.#acknowledgeAndEnd(this.dialogOf(response), this.request!.sent!);
  }

  /** Beyond {@link maxForks} nobody is answered: they end by themselves when no ACK comes. */
  #acknowledgeAndEnd(dialog: Dialog, invite: SipRequest): void {
    if (this.#acknowledgements.length >= maxForks) return;
    this.#acknowledge(dialog, invite);
    const { core, accountId } = this.#usage;
    new ClientRequest(core, draftInDialog(dialog, "BYE", { accountId }), surplusByeUser, undefined).start();
  }
}

function credentialsOf(request: SipRequest): HeaderInput[] {
  return ["Authorization", "Proxy-Authorization"].flatMap((name) => request.getAllText(name).map((value): HeaderInput => [name, value]));
}

const surplusByeUser: ClientRequestUser<undefined> = { onProvisional: () => {}, onFinal: () => {}, onFailed: () => {} };
