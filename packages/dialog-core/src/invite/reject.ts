import type { SipRequest } from "@sidetone/sip-core";
import { DialogError } from "../errors.ts";
import type { ResponseOptions } from "../user-agent/incoming-request.ts";
import type { IncomingCall } from "./incoming-call.ts";
import type { TerminateOptions } from "./invite-usage.ts";
import { end, reasonOf } from "./terminate.ts";

/** Refuses or redirects the call (RFC 3261 §13.3.1.2, §13.3.1.3). */
export function endRejected(usage: IncomingCall, { statusCode = 480, reasonPhrase, headers }: TerminateOptions): void {
  refuse(usage, statusCode, { reasonPhrase, headers });
  const reason = statusCode < 400 ? "Redirected" : "Refused";
  end(usage, { endedBy: "local", reason, statusCode, ...(reasonPhrase !== undefined && { reasonPhrase }) });
}

/** The caller gave up: "the UAS … SHOULD immediately respond to the INVITE with a 487" (RFC 3261 §9.2). */
export function endByCancel(usage: IncomingCall, cancel: SipRequest): void {
  refuse(usage, 487);
  end(usage, { endedBy: "remote", reason: "Cancelled", statusCode: 487, ...reasonOf(cancel) });
}

/** BYE on the early dialog: "The UAS MUST still respond to any pending requests received for that dialog … 487" (RFC 3261 §15.1.2). */
export function endByEarlyBye(usage: IncomingCall, bye: SipRequest): void {
  refuse(usage, 487);
  end(usage, { endedBy: "remote", reason: "Bye", statusCode: 487, ...reasonOf(bye) });
}

export function endMediaFailed(usage: IncomingCall, error: unknown): void {
  const statusCode = mediaStatusOf(error, usage.isLateOffer);
  refuse(usage, statusCode);
  end(usage, { endedBy: "local", reason: "MediaFailed", statusCode, error });
}

/** Offer and answer do not meet: 488 (RFC 3261 §13.3.1.3). Without an offer of the peer's the fault is ours: 500. The negotiator may say otherwise. */
export function mediaStatusOf(error: unknown, isLateOffer: boolean): number {
  const named = error instanceof DialogError && error.code === "DIALOG_MEDIA" ? error.statusCode : undefined;
  return named ?? (isLateOffer ? 500 : 488);
}

function refuse({ transaction, request, core }: IncomingCall, statusCode: number, options: ResponseOptions = {}): void {
  if (transaction) core.respond(transaction, request, statusCode, options);
}
