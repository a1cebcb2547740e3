import { ClientError, type CallEnded } from "@sidetone/client-core";

/** What the process ends with. 3, 4, 5 and 6 are the class of the refusal. */
export const exitCodes = { ok: 0, usage: 1, noAnswer: 7, interrupted: 130 } as const;

export const exitCodeHelp: string = `
Exit codes: 0 ended normally, 1 usage or set-up error, 3 redirected, 4, 5, 6 refused with that class of status,
7 no answer or time-out, 130 interrupted before the answer.`;

/** For a call that was not answered, or a request that was refused. */
export function exitCodeOfStatus(statusCode: number | undefined): number {
  if (statusCode === undefined || statusCode === 408) return exitCodes.noAnswer;
  return statusCode < 300 ? exitCodes.ok : Math.floor(statusCode / 100);
}

/** Settings, files, addresses and ports that cannot be used are usage errors; the rest is what the network or the peer did. */
export function exitCodeOfError(error: ClientError): number {
  if (error.category === "configuration" || error.category === "system" || error.category === "protocol") return exitCodes.usage;
  if (error.code === "MEDIA_FILE_UNUSABLE" || error.code === "CODEC_UNSUPPORTED") return exitCodes.usage;
  return exitCodeOfStatus(error.statusCode);
}

export function exitCodeOfEnd(end: CallEnded): number {
  if (end.setupMs !== undefined && end.cause !== "MediaTimeout" && end.cause !== "Gone") return exitCodes.ok;
  if (end.cause === "NoAnswer" || end.cause === "Timeout" || end.cause === "Unreachable" || end.cause === "MediaTimeout")
    return exitCodes.noAnswer;
  if (end.cause === "Cancelled" && end.endedBy === "local") return exitCodes.interrupted;
  return exitCodeOfStatus(end.statusCode);
}
