import type { SipResponse } from "@sidetone/sip-core";
import { end } from "./terminate.ts";
import type { OutgoingCall } from "./outgoing-call.ts";

/**
 * Gives the INVITE up. The transaction sends CANCEL with or after the first 1xx, and waits 64·T1 for the final response
 * (RFC 3261 §9.1); the usage waits with it, since a 2xx may have been on its way already.
 */
export function cancelInvite(usage: OutgoingCall): void {
  usage.establishment?.request?.cancel(usage.ending?.headers);
}

/** The INVITE that was given up has its final response, as a rule 487, or will never get one. */
export function endCancelled(usage: OutgoingCall, outcome: unknown): void {
  const response = isResponse(outcome) ? outcome : undefined;
  const termination = usage.ending?.termination ?? { endedBy: "local", reason: "Cancelled" };
  if (termination.reason !== "Cancelled") return end(usage, termination);
  end(usage, { ...termination, statusCode: response?.statusCode ?? 487, ...(response && { response }) });
}

function isResponse(outcome: unknown): outcome is SipResponse {
  return outcome instanceof Object && "reasonPhrase" in outcome;
}
