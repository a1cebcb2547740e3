import type { Body, SipResponse } from "@sidetone/sip-core";
import { Dialog } from "../dialog/dialog.ts";
import { draftInDialog } from "../dialog/draft-in-dialog.ts";
import { DialogError } from "../errors.ts";
import { ClientRequest, type ClientRequestUser } from "../user-agent/client-request.ts";
import type { RequestDraft } from "../user-agent/request-draft.ts";
import { sessionDescriptionOf } from "../user-agent/session-description.ts";
import { Acknowledgement } from "./acknowledgement.ts";
import { Forks } from "./fork.ts";
import { negotiate } from "./negotiate.ts";
import type { OutgoingInviteMachine } from "./outgoing-invite-machine.ts";
import { end, reasonOf, settleQuietly } from "./terminate.ts";

/**
 * The INVITE on its way: its request, its early dialogs, and the ACKs for every 2xx that answers it. Lives until the INVITE's
 * transaction ends, 64·T1 after the first 2xx, since until then each 2xx is acknowledged.
 */
export class Establishment implements ClientRequestUser<undefined> {
  readonly forks: Forks;
  request: ClientRequest<undefined> | undefined = undefined;
  readonly #usage: OutgoingInviteMachine;
  readonly #draft: RequestDraft;
  readonly #acknowledgements: Acknowledgement[] = [];
  /** The dialog that was taken. */
  #chosen: Dialog | undefined = undefined;

  constructor(usage: OutgoingInviteMachine, draft: RequestDraft) {
    this.#usage = usage;
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
    else this.#usage.input(this.#usage.isLateOffer ? "offered" : "answered", response);
  }

  onFailed(_request: ClientRequest<undefined>, error: DialogError): void {
    this.#usage.input("failed", error);
  }

  /** The dialog that `response` belongs to (RFC 3261 §12.1.2). */
  dialogOf(response: SipResponse): Dialog {
    const { sent, flow } = this.request!;
    return Dialog.ofClient(sent!, response, flow!, this.#draft.contactUser);
  }

  choose(dialog: Dialog): void {
    this.#chosen = dialog;
  }

  /** Acknowledges the 2xx of the dialog that was taken. */
  acknowledge(answer: Body | undefined): void {
    if (this.#chosen) this.#acknowledge(this.#chosen, answer);
  }

  /** "The UAC core MUST generate an ACK … with the same credentials as the INVITE" (§13.2.2.4). */
  #acknowledge(dialog: Dialog, body: Body | undefined): void {
    const draft = draftInDialog(dialog, "ACK", { body, sequenceNumber: this.request!.sent!.sequenceNumber });
    draft.credentials = this.#draft.credentials;
    const acknowledgement = new Acknowledgement(this.#usage.core, draft, dialog.remoteTag);
    this.#acknowledgements.push(acknowledgement);
    acknowledgement.send();
  }

  /**
   * A 2xx after the first: the same again gets its ACK again; one of another fork is acknowledged and ended with BYE, since there is
   * one session here (RFC 3261 §13.2.2.4).
   */
  #receiveFurtherSuccess(response: SipResponse, chosen: Dialog): void {
    const remoteTag = response.toTag ?? "";
    const known = this.#acknowledgements.find((acknowledgement) => acknowledgement.remoteTag === remoteTag);
    if (known) known.resend();
    else if (remoteTag !== chosen.remoteTag) {
      const dialog = this.dialogOf(response);
      this.#acknowledge(dialog, undefined);
      const { core, accountId } = this.#usage;
      new ClientRequest(core, draftInDialog(dialog, "BYE", { accountId }), surplusByeUser, undefined).start();
    }
  }
}

const surplusByeUser: ClientRequestUser<undefined> = { onProvisional: () => {}, onFinal: () => {}, onFailed: () => {} };

/** Asks for the initial offer, or goes on without one. */
export function pullOffer(usage: OutgoingInviteMachine): void {
  if (usage.isLateOffer) return usage.input("offerReady");
  negotiate(usage, (negotiator, signal) => negotiator.createOffer("initial", signal), usage, "offerReady", "mediaFailed");
}

/** A 1xx: with a To tag it makes or continues an early dialog, whose description previews the answer (RFC 3261 §13.2.2.1). */
export function takeProvisional(usage: OutgoingInviteMachine, response: SipResponse): void {
  const establishment = usage.establishment!;
  const isInDialog = response.statusCode > 100 && response.toTag !== undefined;
  const fork = isInDialog ? (establishment.forks.find(response) ?? establishment.forks.add(establishment.dialogOf(response))) : undefined;
  const description = fork && !usage.isLateOffer ? sessionDescriptionOf(response, usage.core.capabilities.bodyTypes) : undefined;
  // "the UAC MUST treat the first session description it receives as the answer, and MUST ignore any … in subsequent responses" (§13.2.1)
  if (fork && description && !fork.preview) {
    fork.preview = description;
    settleQuietly(usage, () => fork.negotiator.acceptAnswer(description, "provisional"), "MediaNegotiator.acceptAnswer");
  }
  usage.report("onProvisional", response, fork?.dialog);
}

/** The first 2xx: its dialog becomes the usage's own, with the route set of the 2xx (RFC 3261 §13.2.2.4). */
export function confirm(usage: OutgoingInviteMachine, response: SipResponse): void {
  const establishment = usage.establishment!;
  const dialog = establishment.dialogOf(response);
  const { negotiator, preview } = establishment.forks.choose(dialog);
  usage.negotiator = negotiator;
  usage.preview = preview;
  establishment.forks.clear();
  usage.dialog = dialog;
  dialog.usage = usage;
  usage.core.dialogs.add(dialog);
  establishment.choose(dialog);
  usage.report("onAnswered");
}

/** Asks for the answer to the offer in a 2xx: the ACK waits for it (RFC 3261 §13.2.2.4). */
export function pullAnswer(usage: OutgoingInviteMachine, response: SipResponse): void {
  const offer = sessionDescriptionOf(response, usage.core.capabilities.bodyTypes);
  if (!offer) return usage.input("mediaFailed", new DialogError("DIALOG_MEDIA", "The 2xx to an INVITE without offer carries none either"));
  negotiate(usage, (negotiator, signal) => negotiator.acceptOffer(offer, signal), usage, "answerReady", "mediaFailed");
}

/** Hands over the answer of a 2xx, or the one that came before in a 1xx. */
export function giveAnswer(usage: OutgoingInviteMachine, response: SipResponse): void {
  const answer = sessionDescriptionOf(response, usage.core.capabilities.bodyTypes) ?? usage.preview;
  usage.preview = undefined;
  if (!answer) return usage.input("mediaFailed", new DialogError("DIALOG_MEDIA", "The 2xx carries no answer to our offer"));
  negotiate(usage, (negotiator) => negotiator.acceptAnswer(answer, "final"), usage, "mediaReady", "mediaFailed");
}

/** 3xx–6xx: the call does not come about. */
export function endRefused(usage: OutgoingInviteMachine, response: SipResponse): void {
  const { statusCode, reasonPhrase } = response;
  const reason = statusCode < 400 ? "Redirected" : "Refused";
  end(usage, { endedBy: "remote", reason, statusCode, reasonPhrase, ...reasonOf(response), response });
}

/** No response, or nowhere to send the INVITE. */
export function endFailed(usage: OutgoingInviteMachine, error: unknown): void {
  const isTimeout = DialogError.is(error, "DIALOG_TIMEOUT");
  const statusCode = error instanceof DialogError ? error.statusCode : undefined;
  end(usage, { endedBy: "network", reason: isTimeout ? "Timeout" : "Unreachable", ...(statusCode !== undefined && { statusCode }), error });
}
