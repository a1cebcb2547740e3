import { createResponse, type Body, type HeaderInput, type SipRequest } from "@sidetone/sip-core";
import { DialogError } from "../errors.ts";
import type { MediaNegotiator } from "../media-negotiator.ts";
import { contactOf } from "../user-agent/contact.ts";
import { sessionDescriptionOf } from "../user-agent/session-description.ts";
import type { IncomingCall } from "./incoming-call.ts";
import type { AnswerOptions, RingOptions } from "./incoming-invite.ts";
import { negotiate } from "./negotiate.ts";
import { SuccessRetransmission } from "./success-retransmission.ts";

/** Asks the media for what our response carries: the answer to the offer of the INVITE, or the offer when it had none. */
export function pullDescription(usage: IncomingCall, options: RingOptions & AnswerOptions): void {
  usage.responseOptions = options;
  if (usage.description) return usage.input("descriptionReady", usage.description);
  const offer = sessionDescriptionOf(usage.request, usage.core.capabilities.bodyTypes);
  const call = (negotiator: MediaNegotiator, signal: AbortSignal) =>
    offer ? negotiator.acceptOffer(offer, signal) : negotiator.createOffer("initial", signal);
  negotiate(usage, call, usage, "descriptionReady", "mediaFailed");
}

/** Answers the call: 200, again and again until the ACK comes (RFC 3261 §13.3.1.4). */
export function sendSuccess(usage: IncomingCall, description: Body): void {
  const { core, request, responseOptions } = usage;
  const transaction = usage.transaction!;
  const dialog = usage.ensureDialog();
  dialog.state = "Confirmed";
  usage.provisional?.stop();
  usage.provisional = undefined;
  const { contactUser, secure } = dialog;
  const headers: HeaderInput[] = [["Contact", contactOf(core.ownAddresses, transaction.flow, contactUser, secure, usage.accountId)]];
  headers.push(...core.capabilities.ofSuccess);
  if (responseOptions.headers) headers.push(...responseOptions.headers);
  const response = createResponse(request, 200, { toTag: dialog.localTag, headers, body: description, recordRoute: true });
  usage.success = new SuccessRetransmission(core, transaction, response, usage);
  usage.report("onAnswered");
}

/** The ACK: it carries the answer when our 2xx carried the offer. */
export function takeAck(usage: IncomingCall, ack: SipRequest): void {
  if (!usage.isLateOffer) return usage.input("mediaReady");
  const answer = sessionDescriptionOf(ack, usage.core.capabilities.bodyTypes);
  if (!answer) return usage.input("mediaFailed", new DialogError("DIALOG_MEDIA", "The ACK carries no answer to the offer of our 2xx"));
  negotiate(usage, (negotiator) => negotiator.acceptAnswer(answer, "final"), usage, "mediaReady", "mediaFailed");
}
