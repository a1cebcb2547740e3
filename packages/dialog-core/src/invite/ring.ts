import { createResponse, type Body, type HeaderInput } from "@sidetone/sip-core";
import { DialogError } from "../errors.ts";
import { checkHeaders } from "../user-agent/check-headers.ts";
import { contactOf } from "../user-agent/contact.ts";
import type { IncomingCall } from "./incoming-call.ts";
import type { RingOptions } from "./incoming-invite.ts";
import { ProvisionalRepetition } from "./provisional-repetition.ts";

/** Throws when the options cannot be honoured. */
export function checkRing(usage: IncomingCall, { statusCode = 180, earlyMedia = false, headers, reasonPhrase }: RingOptions): void {
  checkHeaders(headers, true, reasonPhrase);
  if (![180, 181, 182, 183].includes(statusCode)) throw new DialogError("DIALOG_OPTION", `A call rings with 180 to 183, not ${statusCode}`);
  if (!earlyMedia) return;
  if (!usage.negotiator) throw new DialogError("DIALOG_STATE", "Nobody has attached a media negotiator to the call");
  // "an unreliable provisional response … cannot carry an offer" (RFC 6337 §3.1.1; offerAnswerPatterns)
  if (usage.isLateOffer)
    throw new DialogError("DIALOG_OPTION", "The INVITE carries no offer, so that no provisional response can carry the answer");
}

/** 101–199 with a To tag: it creates an early dialog, or repeats it (RFC 3261 §13.3.1.1, §12.1.1). */
export function sendProvisional(usage: IncomingCall, options: RingOptions, description: Body | undefined): void {
  const { core, transaction, request } = usage;
  const dialog = usage.ensureDialog();
  const { statusCode = 180, reasonPhrase, headers = [] } = options;
  const fields: HeaderInput[] = [
    ["Contact", contactOf(core.ownAddresses, transaction!.flow, dialog.contactUser, dialog.secure, usage.accountId)],
    core.capabilities.allow,
  ];
  fields.push(...headers, ...core.capabilities.server);
  const toTag = dialog.localTag;
  const response = createResponse(request, statusCode, { reasonPhrase, toTag, headers: fields, body: description, recordRoute: true });
  usage.provisional?.stop();
  usage.provisional = new ProvisionalRepetition(core, transaction!, response);
}

/** The answer is ready for a provisional response; the 2xx repeats it (RFC 3261 §13.2.1, RFC 6337 §3.1.1). */
export function sendEarlyDescription(usage: IncomingCall, description: Body): void {
  const options = usage.responseOptions;
  usage.description = description;
  sendProvisional(usage, { ...options, statusCode: options.statusCode ?? 183 }, description);
}
