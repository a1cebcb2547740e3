import { DialogError } from "@sidetone/dialog-core";
import { NetworkError, VoipError } from "@sidetone/infra-common";
import { SessionError, type SessionEnd } from "@sidetone/session-core";
import { SipTransportError } from "@sidetone/sip-transport";
import { ClientError } from "./client-error.ts";
import type { ClientErrorCode } from "./client-error-table.ts";

/** Codes of the lower layers that say more than their class does. */
const codes: Readonly<Record<string, ClientErrorCode>> = {
  NETWORK_ADDRESS_IN_USE: "RESOURCE_UNAVAILABLE",
  NETWORK_ADDRESS_UNAVAILABLE: "CONFIG_INVALID",
  NETWORK_PERMISSION_DENIED: "PERMISSION_DENIED",
  NETWORK_NAME_NOT_FOUND: "SERVER_UNREACHABLE",
  NETWORK_UNREACHABLE: "SERVER_UNREACHABLE",
  SIP_TRANSPORT_NAME_NOT_FOUND: "SERVER_UNREACHABLE",
  SIP_TRANSPORT_CONNECT_FAILED: "SERVER_UNREACHABLE",
  SIP_TRANSPORT_UNSUPPORTED: "CONFIG_UNSUPPORTED",
  SIP_PARSE_URI: "SIP_URI_INVALID",
  SIP_URI_INVALID: "SIP_URI_INVALID",
  SIP_HEADER_INVALID: "CONFIG_INVALID",
  DIALOG_TIMEOUT: "TIMEOUT",
  DIALOG_UNREACHABLE: "SERVER_UNREACHABLE",
  DIALOG_TERMINATED: "CALL_ENDED",
  DIALOG_STATE: "CALL_STATE_INVALID",
  DIALOG_OPTION: "CONFIG_INVALID",
  SESSION_STATE: "CALL_STATE_INVALID",
  SESSION_ENDED: "CALL_ENDED",
  SESSION_NO_MEDIA: "MEDIA_NOT_AVAILABLE",
  SESSION_MODIFICATION_REFUSED: "CALL_MODIFICATION_REFUSED",
  SESSION_LIMIT: "TOO_MANY_CALLS",
  SESSION_MEDIA: "MEDIA_NEGOTIATION_FAILED",
  SDP_NO_COMMON_CODEC: "MEDIA_NO_COMMON_CODEC",
  MEDIA_FILE_UNREADABLE: "MEDIA_FILE_UNUSABLE",
  MEDIA_FILE_UNSUPPORTED: "MEDIA_FILE_UNUSABLE",
  MEDIA_RECORDING_FAILED: "MEDIA_FILE_UNUSABLE",
  MEDIA_PORTS_EXHAUSTED: "RESOURCE_UNAVAILABLE",
  MEDIA_OPTION_INVALID: "CONFIG_INVALID",
  MEDIA_DTMF_NOT_NEGOTIATED: "MEDIA_NOT_AVAILABLE",
};

/** `error` as a {@link ClientError} that keeps it as its cause; what is none of the stack's own passes as it is. */
export function wrapError(error: unknown, what: string): unknown {
  if (error instanceof ClientError || !VoipError.is(error)) return error;
  const statusCode = "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : undefined;
  return new ClientError(codeFor(error, statusCode), `${what}: ${error.message}`, { cause: error, statusCode });
}

function codeFor(error: VoipError, statusCode: number | undefined): ClientErrorCode {
  // The most telling of a chain: a transport that could not listen says why in its cause.
  for (let link: unknown = error; VoipError.is(link); link = link.cause) {
    if (link instanceof NetworkError && codes[link.code]) return codes[link.code]!;
  }
  const code = codes[error.code];
  if (code) return code;
  if (statusCode !== undefined) return refusalCode(statusCode);
  if (error instanceof SipTransportError) return "TRANSPORT_FAILED";
  if (error instanceof DialogError || error instanceof SessionError) return "CALL_STATE_INVALID";
  return "MEDIA_NEGOTIATION_FAILED";
}

/** What the refusal of a call is called (RFC 3261 §21). */
export function refusalCode(statusCode: number): ClientErrorCode {
  if (statusCode === 486 || statusCode === 600) return "CALL_BUSY";
  if (statusCode === 401 || statusCode === 407) return "AUTHENTICATION_FAILED";
  if (statusCode === 408) return "TIMEOUT";
  if (statusCode === 480) return "CALL_NO_ANSWER";
  if (statusCode === 488 || statusCode === 606) return "MEDIA_NEGOTIATION_FAILED";
  if (statusCode === 503) return "SERVER_UNREACHABLE";
  return statusCode < 400 ? "CALL_REDIRECTED" : "CALL_REJECTED";
}

/** Why a call that should have been answered was not. */
export function setupError(end: SessionEnd): ClientError {
  const status = end.statusCode === undefined ? "" : ` (${end.statusCode}${end.reasonPhrase ? ` ${end.reasonPhrase}` : ""})`;
  const code = setupCode(end);
  const where = end.contacts.length > 0 ? `; try ${end.contacts.join(" or ")}` : "";
  return new ClientError(code, `The call was not answered: ${end.cause}${status}${where}`, {
    cause: end.error,
    statusCode: end.statusCode,
  });
}

function setupCode(end: SessionEnd): ClientErrorCode {
  switch (end.cause) {
    case "Refused":
      return end.statusCode === undefined ? "CALL_REJECTED" : refusalCode(end.statusCode);
    case "Redirected":
      return "CALL_REDIRECTED";
    case "NoAnswer":
      return "CALL_NO_ANSWER";
    case "Timeout":
      return "TIMEOUT";
    case "Unreachable": {
      const wrapped = VoipError.is(end.error) ? codeFor(end.error, undefined) : "SERVER_UNREACHABLE";
      return wrapped === "CALL_STATE_INVALID" || wrapped === "MEDIA_NEGOTIATION_FAILED" ? "SERVER_UNREACHABLE" : wrapped;
    }
    case "MediaFailed":
      return VoipError.is(end.error) ? codeFor(end.error, undefined) : "MEDIA_NEGOTIATION_FAILED";
    case "Cancelled":
    case "Closed":
      return "CALL_CANCELLED";
    default:
      return "CALL_ENDED";
  }
}
