import type { SipResponse } from "@sidetone/sip-core";
import { DialogError } from "../errors.ts";
import { sessionDescriptionOf } from "../user-agent/session-description.ts";
import type { Establishment } from "./establishment.ts";
import type { Fork } from "./fork.ts";
import { negotiate, settleUntrusted } from "./negotiate.ts";
import type { OutgoingCall } from "./outgoing-call.ts";
import { end, reasonOf } from "./terminate.ts";

/** Asks for the initial offer, or goes on without one. */
export function pullOffer(usage: OutgoingCall): void {
  if (usage.isLateOffer) return usage.input("offerReady");
  negotiate(usage, (negotiator, signal) => negotiator.createOffer("initial", signal), usage, "offerReady", "mediaFailed");
}

/** A 1xx: with a To tag it makes or continues an early dialog, whose description previews the answer (RFC 3261 §13.2.2.1). */
export function takeProvisional(usage: OutgoingCall, response: SipResponse): void {
  const establishment = usage.establishment!;
  const isInDialog = response.statusCode > 100 && response.toTag !== undefined;
  const fork = isInDialog ? forkOf(establishment, response) : undefined;
  const description = fork && !usage.isLateOffer ? sessionDescriptionOf(response, usage.core.capabilities.bodyTypes) : undefined;
  // "the UAC MUST treat the first session description it receives as the answer, and MUST ignore any … in subsequent responses" (§13.2.1)
  if (fork && description && !fork.preview) {
    fork.preview = description;
    settleUntrusted(
      usage,
      () => fork.negotiator.acceptAnswer(description, "provisional"),
      "the description in a provisional response is unusable",
    );
  }
  usage.report("onProvisional", response, fork?.dialog);
}

/** The early dialog that a 1xx belongs to or makes; undefined when there are too many. */
function forkOf(establishment: Establishment, response: SipResponse): Fork | undefined {
  const { forks } = establishment;
  return forks.find(response) ?? (forks.isFull ? undefined : forks.add(establishment.dialogOf(response)));
}

/** The first 2xx: its dialog becomes the usage's own, with the route set of the 2xx (RFC 3261 §13.2.2.4). */
export function confirm(usage: OutgoingCall, response: SipResponse): void {
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
export function pullAnswer(usage: OutgoingCall, response: SipResponse): void {
  const offer = sessionDescriptionOf(response, usage.core.capabilities.bodyTypes);
  if (!offer) return usage.input("mediaFailed", new DialogError("DIALOG_MEDIA", "The 2xx to an INVITE without offer carries none either"));
  negotiate(usage, (negotiator, signal) => negotiator.acceptOffer(offer, signal), usage, "answerReady", "mediaFailed");
}

/** Hands over the answer of a 2xx, or the one that came before in a 1xx. */
export function giveAnswer(usage: OutgoingCall, response: SipResponse): void {
  const answer = sessionDescriptionOf(response, usage.core.capabilities.bodyTypes) ?? usage.preview;
  usage.preview = undefined;
  if (!answer) return usage.input("mediaFailed", new DialogError("DIALOG_MEDIA", "The 2xx carries no answer to our offer"));
  negotiate(usage, (negotiator) => negotiator.acceptAnswer(answer, "final"), usage, "mediaReady", "mediaFailed");
}

/** 3xx–6xx: the call does not come about. */
export function endRefused(usage: OutgoingCall, response: SipResponse): void {
  const { statusCode, reasonPhrase } = response;
  const reason = statusCode < 400 ? "Redirected" : "Refused";
  end(usage, { endedBy: "remote", reason, statusCode, reasonPhrase, ...reasonOf(response), response });
}

/** No response, or nowhere to send the INVITE. */
export function endFailed(usage: OutgoingCall, error: unknown): void {
  const isTimeout = DialogError.is(error, "DIALOG_TIMEOUT");
  const statusCode = error instanceof DialogError ? error.statusCode : undefined;
  end(usage, { endedBy: "network", reason: isTimeout ? "Timeout" : "Unreachable", ...(statusCode !== undefined && { statusCode }), error });
}
