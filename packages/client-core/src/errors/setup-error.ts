import type { SessionEnd, SessionEndCause } from "@sidetone/session-core";
import { ClientError } from "./client-error.ts";
import type { ClientErrorCode } from "./client-error-table.ts";
import { refusalCode } from "./refusal-code.ts";
import { codeOf } from "./wrap-error.ts";

/** As much of a session's end as is known when the call is given up. */
export type SetupEnd = Pick<SessionEnd, "cause"> & Partial<SessionEnd>;

/** Why a call that should have been answered was not. */
export function setupError(end: SetupEnd): ClientError {
  const { cause, statusCode, reasonPhrase, contacts = [], error } = end;
  const status = statusCode === undefined ? "" : ` (${statusCode}${reasonPhrase ? ` ${reasonPhrase}` : ""})`;
  const where = contacts.length > 0 ? `; try ${contacts.join(" or ")}` : "";
  const why = error instanceof Error ? `: ${error.message}` : "";
  return new ClientError(setupCode(end), `The call was not answered: ${cause}${status}${why}${where}`, { cause: error, statusCode });
}

const codes: Readonly<Partial<Record<SessionEndCause, ClientErrorCode>>> = {
  Redirected: "CALL_REDIRECTED",
  NoAnswer: "CALL_NO_ANSWER",
  Timeout: "TIMEOUT",
  Cancelled: "CALL_CANCELLED",
  Closed: "CLIENT_STOPPED",
};

function setupCode({ cause, statusCode, error }: SetupEnd): ClientErrorCode {
  if (cause === "Refused") return statusCode === undefined ? "CALL_REJECTED" : refusalCode(statusCode);
  if (cause === "Unreachable") return codeOf(error) ?? "SERVER_UNREACHABLE";
  if (cause === "MediaFailed") return codeOf(error) ?? "MEDIA_NEGOTIATION_FAILED";
  return codes[cause] ?? "CALL_ENDED";
}
