import type { MediaStatistics } from "@sidetone/media-core";
import type { SessionEnd, SessionEndCause } from "@sidetone/session-core";

/** Why a call ended; see {@link SessionEndCause} for the words. */
export type CallEndCause = SessionEndCause;

/** The one end of a call. */
export interface CallEnded extends SessionEnd {
  /** From the INVITE to the answer, in milliseconds; undefined when it was not answered. */
  readonly setupMs: number | undefined;
  /** From the answer to the end, in milliseconds; 0 when it was not answered. */
  readonly durationMs: number;
  /** Final counters of the audio; undefined when there was none here. */
  readonly statistics: MediaStatistics | undefined;
}

/** Times on one clock, in milliseconds. */
export interface CallTimes {
  readonly startedAtMs: number;
  readonly connectedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
}

export function callEnded(end: SessionEnd, times: CallTimes, statistics: MediaStatistics | undefined): CallEnded {
  const { startedAtMs, connectedAtMs, endedAtMs } = times;
  // Field by field: the engine makes a hash table of an object that begins with a spread, at 2 KB a call.
  return {
    cause: end.cause,
    endedBy: end.endedBy,
    statusCode: end.statusCode,
    reasonPhrase: end.reasonPhrase,
    reasonHeader: end.reasonHeader,
    contacts: end.contacts,
    error: end.error,
    setupMs: connectedAtMs === undefined ? undefined : connectedAtMs - startedAtMs,
    durationMs: connectedAtMs === undefined ? 0 : (endedAtMs ?? connectedAtMs) - connectedAtMs,
    statistics,
  };
}
