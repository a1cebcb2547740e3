import type { Call, CallEnded } from "@sidetone/client-core";

/** The last line about a call with `--json`. A figure that was not measured is null. */
export interface CallReport {
  readonly type: "CallReport";
  readonly callId: string;
  readonly direction: "outgoing" | "incoming";
  readonly cause: string;
  readonly statusCode: number | null;
  /** From the INVITE to the answer. */
  readonly setupMs: number | null;
  /** From the answer to the end; 0 when there was no answer. */
  readonly durationMs: number;
  readonly codec: string | null;
  readonly packetsSent: number | null;
  readonly packetsReceived: number | null;
  readonly packetsLost: number | null;
  readonly packetsLate: number | null;
  readonly jitterMs: number | null;
  readonly roundTripMs: number | null;
  readonly rFactor: number | null;
  readonly mos: number | null;
  readonly endedBy: "local" | "remote" | "network";
  readonly reasonPhrase: string | null;
  /** Where a redirection pointed to. */
  readonly contacts: readonly string[];
  readonly remote: string;
  readonly sipCallId: string;
}

export function callReport(call: Call, end: CallEnded): CallReport {
  const media = end.statistics;
  return {
    type: "CallReport",
    callId: call.id,
    direction: call.direction,
    cause: end.cause,
    statusCode: end.statusCode ?? null,
    setupMs: rounded(end.setupMs),
    durationMs: Math.round(end.durationMs),
    codec: media?.codec ?? null,
    packetsSent: media?.packetsSent ?? null,
    packetsReceived: media?.packetsReceived ?? null,
    packetsLost: media?.packetsLost ?? null,
    packetsLate: media?.packetsLate ?? null,
    jitterMs: rounded(media?.jitterMs, 2),
    roundTripMs: rounded(media?.roundTripMs, 2),
    rFactor: rounded(media?.rFactor, 1),
    mos: rounded(media?.mos, 2),
    endedBy: end.endedBy,
    reasonPhrase: end.reasonPhrase ?? null,
    contacts: end.contacts,
    remote: call.remote.uri,
    sipCallId: call.sipCallId,
  };
}

/** `value` to so many decimals; null when it was not measured. */
export function rounded(value: number | undefined, digits = 0): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Number(value.toFixed(digits));
}
