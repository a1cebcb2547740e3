import type { SipResponse } from "@sidetone/sip-core";

/**
 * What ended an INVITE usage.
 *
 * - `Bye`: a BYE, ours or the peer's, ended the answered call.
 * - `Cancelled`: the caller gave up before the answer (CANCEL, or our own before anything was sent).
 * - `Refused`: the callee answered the INVITE with 4xx–6xx.
 * - `Redirected`: the callee answered 3xx; `response` carries the Contacts, which nobody followed.
 * - `Timeout`: the INVITE found no final response in time.
 * - `NoAck`: the peer never acknowledged a 2xx (64·T1); a BYE was sent.
 * - `Unreachable`: no target of the INVITE could be found, connected or sent to.
 * - `MediaFailed`: offer and answer did not meet, or the negotiator refused.
 * - `DialogGone`: a request within the dialog failed in a way that ends the call (481, 408 …; RFC 5057 §5.1, RFC 3261 §12.2.1.2).
 * - `Closed`: the user-agent core was closed.
 */
export type InviteEndReason =
  "Bye" | "Cancelled" | "Refused" | "Redirected" | "Timeout" | "NoAck" | "Unreachable" | "MediaFailed" | "DialogGone" | "Closed";

/** The end of an INVITE usage; given exactly once. */
export interface InviteTermination {
  readonly endedBy: "local" | "remote" | "network";
  readonly reason: InviteEndReason;
  /** Status code of the final response that ended the call, sent or received; 487 for `Cancelled`. */
  readonly statusCode?: number;
  readonly reasonPhrase?: string;
  /** The peer's Reason header field (RFC 3326), as it came with BYE, CANCEL or the final response. */
  readonly reasonHeader?: string;
  /** The final response received. */
  readonly response?: SipResponse;
  /** What went wrong underneath. */
  readonly error?: unknown;
}
