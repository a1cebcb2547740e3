import type { InviteEndReason, InviteTermination } from "@sidetone/dialog-core";
import { NetworkError, VoipError } from "@sidetone/infra-common";

/**
 * Why a session ended.
 *
 * - `HungUp`: somebody hung up the answered call.
 * - `Cancelled`: the caller gave up before the answer.
 * - `Refused`: the callee, or a proxy, refused; `statusCode` says how.
 * - `Redirected`: the callee is elsewhere; `contacts` says where.
 * - `NoAnswer`: it rang for as long as was allowed.
 * - `Timeout`: nothing answered the INVITE.
 * - `NoAck`: the peer never acknowledged the answer.
 * - `Unreachable`: no way to the peer could be found.
 * - `MediaFailed`: offer and answer did not meet.
 * - `MediaTimeout`: nothing was heard for as long as was allowed.
 * - `DurationLimit`: it lasted as long as was allowed.
 * - `Gone`: the peer no longer knows the call (481, 408 …).
 * - `Closed`: this user agent was stopped.
 */
export type SessionEndCause =
  | "HungUp"
  | "Cancelled"
  | "Refused"
  | "Redirected"
  | "NoAnswer"
  | "Timeout"
  | "NoAck"
  | "Unreachable"
  | "MediaFailed"
  | "MediaTimeout"
  | "DurationLimit"
  | "Gone"
  | "Closed";

/** The one end of a session. */
export interface SessionEnd {
  readonly cause: SessionEndCause;
  readonly endedBy: "local" | "remote" | "network";
  /** Status code of the final response that ended the call, if one did. */
  readonly statusCode: number | undefined;
  readonly reasonPhrase: string | undefined;
  /** The peer's Reason header field (RFC 3326). */
  readonly reasonHeader: string | undefined;
  /** Where a redirection points to: the URIs of its Contact header fields, best first. */
  readonly contacts: readonly string[];
  /** What went wrong underneath. */
  readonly error: unknown;
}

const causes: Readonly<Record<InviteEndReason, SessionEndCause>> = {
  Bye: "HungUp",
  Cancelled: "Cancelled",
  Refused: "Refused",
  Redirected: "Redirected",
  Timeout: "Timeout",
  NoAck: "NoAck",
  Unreachable: "Unreachable",
  MediaFailed: "MediaFailed",
  DialogGone: "Gone",
  Closed: "Closed",
};

/**
 * Reads the end of an INVITE usage as the end of its session.
 *
 * @param intent why this side ended it, where it knows better than SIP does.
 */
export function sessionEnd(termination: InviteTermination, intent: SessionEndCause | undefined, contacts: readonly string[]): SessionEnd {
  const { endedBy, statusCode, reasonPhrase, reasonHeader, error } = termination;
  const cause = intent !== undefined && endedBy === "local" ? intent : causeOf(termination);
  return { cause, endedBy, statusCode, reasonPhrase, reasonHeader, contacts, error };
}

/** An offer that could not be made because the peer's name has no address is no trouble with media. */
function causeOf({ reason, error }: InviteTermination): SessionEndCause {
  return reason === "MediaFailed" && isUnreachable(error) ? "Unreachable" : causes[reason];
}

function isUnreachable(error: unknown): boolean {
  for (let link = error; VoipError.is(link); link = link.cause) {
    if (link instanceof NetworkError) return link.code === "NETWORK_NAME_NOT_FOUND" || link.code === "NETWORK_UNREACHABLE";
  }
  return false;
}
