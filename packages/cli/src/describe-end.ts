import type { CallEndCause, CallEnded } from "@sidetone/client-core";
import { adviceForStatus } from "./advice.ts";
import type { CallReport } from "./call-report.ts";
import { explainError } from "./explain-error.ts";

/** The end of a call as a person reads it: one sentence, then what was measured. */
export function describeEnd(report: CallReport, end: CallEnded): string {
  return [endSentence(report, end), ...(report.setupMs === null ? [] : figures(report))].join("\n");
}

/** The sentence alone. */
export function endSentence({ setupMs, durationMs }: CallReport, end: CallEnded): string {
  const why = sentences[end.cause](end);
  return setupMs === null ? `no call: ${why}` : `call ended: ${why} after ${(durationMs / 1000).toFixed(1)} s`;
}

type Sentence = (end: CallEnded) => string;

const status = ({ statusCode, reasonPhrase }: CallEnded): string =>
  statusCode === undefined ? "" : `${statusCode} ${reasonPhrase ?? ""}`.trimEnd();
const why = ({ error }: CallEnded): string => (error === undefined ? "" : `: ${explainError(error)}`);

const sentences: Readonly<Record<CallEndCause, Sentence>> = {
  HungUp: ({ endedBy }) => (endedBy === "local" ? "hung up here" : "hung up by the other side"),
  Cancelled: ({ endedBy }) => (endedBy === "local" ? "cancelled here" : "the caller gave up"),
  Refused: (end) =>
    end.endedBy === "local"
      ? `refused here with ${status(end)}`
      : `refused with ${status(end) || "no reason given"}${end.reasonHeader ? ` (${end.reasonHeader})` : ""}${adviceForStatus(end.statusCode)}`,
  Redirected: (end) => `${status(end)}; try ${end.contacts.join(" or ") || "elsewhere, it does not say where"}`,
  NoAnswer: () => "nobody answered",
  Timeout: () => "no reply; check the address, and that a phone or server listens there",
  NoAck: () => "the caller never acknowledged the answer",
  Unreachable: (end) => `cannot be reached${why(end)}`,
  MediaFailed: (end) => `no audio could be set up${why(end)}`,
  MediaTimeout: () => "nothing was heard for too long",
  DurationLimit: () => "as long as was allowed",
  Gone: (end) => `the other side no longer knows the call (${status(end) || "no reply"})`,
  Closed: () => "stopped here",
};

function figures(report: CallReport): string[] {
  if (report.codec === null) return [];
  const { packetsSent, packetsReceived, packetsLost, packetsLate } = report;
  return [
    `  codec       ${report.codec}`,
    `  packets     ${packetsSent} sent, ${packetsReceived} received, ${packetsLost} lost, ${packetsLate} late`,
    `  jitter      ${measured(report.jitterMs, " ms")}`,
    `  round trip  ${measured(report.roundTripMs, " ms")}`,
    `  quality     R ${measured(report.rFactor)}, MOS ${measured(report.mos)}`,
  ];
}

const measured = (value: number | null, unit = ""): string => (value === null ? "not measured" : `${value}${unit}`);
