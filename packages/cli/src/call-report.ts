import type { Call, CallEnded } from "@sidetone/client-core";

/** The last line about a call with `--json`. A figure that was not measured is null. */
export interface CallReport {
  readonly type: "CallReport";
  readonly callId: string;
  readonly sipCallId: string;
  readonly direction: "outgoing" | "incoming";
  readonly remote: string;
  readonly cause: string;
  readonly endedBy: string;
  readonly statusCode: number | null;
  readonly contacts: readonly string[];
  readonly setupMs: number | null;
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
}

export function callReport(call: Call, end: CallEnded): CallReport {
  const media = end.statistics;
  return {
    type: "CallReport",
    callId: call.id,
    sipCallId: call.sipCallId,
    direction: call.direction,
    remote: call.remote.uri,
    cause: end.cause,
    endedBy: end.endedBy,
    statusCode: end.statusCode ?? null,
    contacts: end.contacts,
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
  };
}

/** The report as a person reads it. */
export function describeReport(report: CallReport): string {
  const status = report.statusCode === null ? "" : ` (${report.statusCode})`;
  const where = report.contacts.length > 0 ? `, now at ${report.contacts.join(", ")}` : "";
  const ended = `ended: ${report.cause}${status} by ${report.endedBy}${where}, ${(report.durationMs / 1000).toFixed(1)} s`;
  if (report.codec === null) return ended;
  const figures = [
    `${report.codec}: sent ${report.packetsSent}, received ${report.packetsReceived}, lost ${report.packetsLost}, late ${report.packetsLate}`,
    `jitter ${unit(report.jitterMs, "ms")}`,
    `round trip ${unit(report.roundTripMs, "ms")}`,
    `R ${unit(report.rFactor)}`,
    `MOS ${unit(report.mos)}`,
  ];
  return `${ended}\n${figures.join(", ")}`;
}

export function unit(value: number | null | undefined, name = ""): string {
  return value === null || value === undefined ? "not measured" : `${value}${name && ` ${name}`}`;
}

export function rounded(value: number | undefined, digits = 0): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Number(value.toFixed(digits));
}
