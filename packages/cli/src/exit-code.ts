import type { CallEnded, ClientError, ClientErrorCode } from "@sidetone/client-core";

/** What the process ends with; 3, 4, 5 and 6 beside them are the class of the refusal. */
export const exitCodes = { ok: 0, usage: 1, problems: 2, notAcceptable: 4, noAnswer: 7, interrupted: 130 } as const;

export const exitCodeHelp: string = `
Exit codes: 0 ended normally; 1 usage, or something asked for could not be done; 2 the doctor found problems;
3 redirected; 4, 5, 6 refused with that class of status; 7 no answer or time-out; 130 interrupted before the answer.`;

/** For a final response. A proxy's 408 is a time-out that it saw for us. */
export function exitCodeOfStatus(statusCode: number): number {
  if (statusCode === 408) return exitCodes.noAnswer;
  return statusCode < 300 ? exitCodes.ok : Math.floor(statusCode / 100);
}

const nobodyThere: ReadonlySet<ClientErrorCode> = new Set([
  "TIMEOUT",
  "SERVER_UNREACHABLE",
  "TRANSPORT_FAILED",
  "CERTIFICATE_NOT_TRUSTED",
  "CALL_NO_ANSWER",
]);
const nothingInCommon: ReadonlySet<ClientErrorCode> = new Set(["MEDIA_NO_COMMON_CODEC", "MEDIA_NEGOTIATION_FAILED"]);

/** For what failed: the class of the refusal, if a server refused; nobody there, no common ground, else a setting, file or port that cannot be used. */
export function exitCodeOfError({ code, cause, statusCode }: ClientError): number {
  const isRefusal = cause instanceof Error && "response" in cause && cause.response !== undefined;
  if (isRefusal && statusCode !== undefined) return exitCodeOfStatus(statusCode);
  if (nobodyThere.has(code)) return exitCodes.noAnswer;
  return nothingInCommon.has(code) ? exitCodes.notAcceptable : exitCodes.usage;
}

/** For a call that has ended; `failure` says why it was not answered. */
export function exitCodeOfEnd(end: CallEnded, failure: ClientError | undefined): number {
  switch (end.cause) {
    case "HungUp":
    case "Closed":
    case "Cancelled":
    case "DurationLimit":
      return end.setupMs === undefined ? exitCodes.interrupted : exitCodes.ok;
    case "Refused":
    case "Redirected":
      return exitCodeOfStatus(end.statusCode ?? 408);
    case "Unreachable":
    case "MediaFailed":
      return failure ? exitCodeOfError(failure) : exitCodes.noAnswer;
    default:
      return exitCodes.noAnswer;
  }
}
