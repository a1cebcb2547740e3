import type { SessionEnd, SessionEndCause } from "@sidetone/session-core";
import type { MediaStatistics } from "@sidetone/media-core";

/** Why a call ended; see {@link SessionEndCause} for the words. */
export type CallEndCause = SessionEndCause;

/** The one end of a call. */
export interface CallEnded {
  readonly cause: CallEndCause;
  readonly endedBy: "local" | "remote" | "network";
  /** Status code of the final response that ended it, if one did. */
  readonly statusCode: number | undefined;
  readonly reasonPhrase: string | undefined;
  /** The peer's Reason header field (RFC 3326). */
  readonly reasonHeader: string | undefined;
  /** Where a redirection pointed to. */
  readonly contacts: readonly string[];
  /** From the INVITE to the answer, in milliseconds; undefined when it was not answered. */
  readonly setupMs: number | undefined;
  /** From the answer to the end, in milliseconds; 0 when it was not answered. */
  readonly durationMs: number;
  /** Final counters of the audio; undefined when there was none here. */
  readonly statistics: MediaStatistics | undefined;
  /** What went wrong underneath, if anything did. */
  readonly error: unknown;
}

export interface CallTimes {
  readonly startedAtMs: number;
  readonly connectedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
}

export function callEnded(end: SessionEnd, times: CallTimes, statistics: MediaStatistics | undefined): CallEnded {
  const { startedAtMs, connectedAtMs, endedAtMs } = times;
  return {
    ...end,
    setupMs: connectedAtMs === undefined ? undefined : connectedAtMs - startedAtMs,
    durationMs: connectedAtMs === undefined ? 0 : (endedAtMs ?? connectedAtMs) - connectedAtMs,
    statistics,
  };
}
