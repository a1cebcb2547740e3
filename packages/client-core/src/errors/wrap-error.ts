import type { DialogErrorCode } from "@sidetone/dialog-core";
import { VoipError, type NetworkErrorCode, type StreamErrorCode } from "@sidetone/infra-common";
import type { MediaErrorCode } from "@sidetone/media-core";
import type { SdpNegotiationErrorCode, SdpParseErrorCode } from "@sidetone/sdp-core";
import type { SessionErrorCode } from "@sidetone/session-core";
import type { SipErrorCode, SipParseErrorCode } from "@sidetone/sip-core";
import type { SipTransportErrorCode } from "@sidetone/sip-transport";
import { ClientError } from "./client-error.ts";
import type { ClientErrorCode } from "./client-error-table.ts";
import { refusalCode } from "./refusal-code.ts";

type LowerCode =
  | NetworkErrorCode
  | StreamErrorCode
  | SipErrorCode
  | SipParseErrorCode
  | SdpParseErrorCode
  | SdpNegotiationErrorCode
  | SipTransportErrorCode
  | DialogErrorCode
  | MediaErrorCode
  | SessionErrorCode
  // of media-transport and rtp-core, which reach the application through media-core
  | "MEDIA_PORTS_EXHAUSTED"
  | "MEDIA_ADDRESS_INVALID"
  | "MEDIA_ADDRESS_FAMILY_MISMATCH"
  | "RTP_EVENT_INVALID"
  | "RTP_OPTION_INVALID";

/** A code that only wraps: what its cause says comes first. */
interface Wrapper {
  readonly otherwise: ClientErrorCode;
}

const orElse = (otherwise: ClientErrorCode): Wrapper => ({ otherwise });

/** What each code of the lower layers is called here. The compiler keeps it complete. */
const codes: Readonly<Record<LowerCode, ClientErrorCode | Wrapper>> = {
  NETWORK_ADDRESS_IN_USE: "RESOURCE_UNAVAILABLE",
  NETWORK_ADDRESS_UNAVAILABLE: "CONFIG_INVALID",
  NETWORK_PERMISSION_DENIED: "PERMISSION_DENIED",
  NETWORK_CONNECTION_REFUSED: "SERVER_UNREACHABLE",
  NETWORK_CONNECTION_TIMEOUT: "SERVER_UNREACHABLE",
  NETWORK_UNREACHABLE: "SERVER_UNREACHABLE",
  NETWORK_NAME_NOT_FOUND: "SERVER_UNREACHABLE",
  NETWORK_NAME_SERVICE_FAILED: "SERVER_UNREACHABLE",
  NETWORK_MESSAGE_TOO_LONG: "TRANSPORT_FAILED",
  NETWORK_FAILED: "TRANSPORT_FAILED",
  STREAM_ALREADY_READ: "CALL_STATE_INVALID",
  STREAM_OVERRUN: "EVENTS_OVERRUN",
  SIP_START_LINE_INVALID: "SIP_URI_INVALID",
  SIP_HEADER_INVALID: "CONFIG_INVALID",
  SIP_HEADER_MISSING: "CONFIG_INVALID",
  SIP_URI_INVALID: "SIP_URI_INVALID",
  SIP_BODY_INVALID: "CONFIG_INVALID",
  SIP_DIGEST_UNSUPPORTED: "AUTHENTICATION_FAILED",
  SIP_PARSE_START_LINE: "CONFIG_INVALID",
  SIP_PARSE_VERSION: "CONFIG_INVALID",
  SIP_PARSE_HEADER: "CONFIG_INVALID",
  SIP_PARSE_URI: "SIP_URI_INVALID",
  SIP_PARSE_BODY: "CONFIG_INVALID",
  SIP_PARSE_TOO_LARGE: "CONFIG_INVALID",
  SDP_PARSE_TOO_LARGE: "MEDIA_NEGOTIATION_FAILED",
  SDP_PARSE_LINE: "MEDIA_NEGOTIATION_FAILED",
  SDP_PARSE_VERSION: "MEDIA_NEGOTIATION_FAILED",
  SDP_PARSE_ORIGIN: "MEDIA_NEGOTIATION_FAILED",
  SDP_PARSE_TIMING: "MEDIA_NEGOTIATION_FAILED",
  SDP_PARSE_CONNECTION: "MEDIA_NEGOTIATION_FAILED",
  SDP_PARSE_MEDIA: "MEDIA_NEGOTIATION_FAILED",
  SDP_NO_COMMON_CODEC: "MEDIA_NO_COMMON_CODEC",
  SDP_NO_ACCEPTABLE_MEDIA: "MEDIA_NEGOTIATION_FAILED",
  SDP_ANSWER_MISMATCH: "MEDIA_NEGOTIATION_FAILED",
  SDP_ANSWER_DIRECTION: "MEDIA_NEGOTIATION_FAILED",
  SDP_CONNECTION_UNUSABLE: "MEDIA_NEGOTIATION_FAILED",
  SDP_CAPABILITY_INVALID: "CONFIG_INVALID",
  SIP_TRANSPORT_UNSUPPORTED: "CONFIG_UNSUPPORTED",
  SIP_TRANSPORT_NAME_NOT_FOUND: "SERVER_UNREACHABLE",
  SIP_TRANSPORT_CONNECT_FAILED: "SERVER_UNREACHABLE",
  SIP_TRANSPORT_CERTIFICATE: "CERTIFICATE_NOT_TRUSTED",
  SIP_TRANSPORT_TLS_OPTIONS: "CONFIG_INVALID",
  SIP_TRANSPORT_NOT_LISTENING: "SERVER_UNREACHABLE",
  SIP_TRANSPORT_LISTEN_FAILED: orElse("TRANSPORT_FAILED"),
  SIP_TRANSPORT_OVERLOADED: "TRANSPORT_FAILED",
  SIP_TRANSPORT_CONNECTION_LOST: "TRANSPORT_FAILED",
  SIP_TRANSPORT_KEEP_ALIVE_FAILED: "TRANSPORT_FAILED",
  SIP_TRANSPORT_MAPPING_CHANGED: "TRANSPORT_FAILED",
  SIP_TRANSPORT_SEND_FAILED: orElse("TRANSPORT_FAILED"),
  SIP_TRANSPORT_CLOSED: "CLIENT_STOPPED",
  DIALOG_REFUSED: "CALL_REJECTED",
  DIALOG_TIMEOUT: "TIMEOUT",
  DIALOG_UNREACHABLE: orElse("SERVER_UNREACHABLE"),
  DIALOG_FLOW_LOST: "TRANSPORT_FAILED",
  DIALOG_TERMINATED: "CALL_ENDED",
  DIALOG_STATE: "CALL_STATE_INVALID",
  DIALOG_MEDIA: orElse("MEDIA_NEGOTIATION_FAILED"),
  DIALOG_OPTION: orElse("CONFIG_INVALID"),
  MEDIA_FILE_UNREADABLE: "MEDIA_FILE_UNUSABLE",
  MEDIA_FILE_UNSUPPORTED: "MEDIA_FILE_UNUSABLE",
  MEDIA_RECORDING_FAILED: "MEDIA_FILE_UNUSABLE",
  MEDIA_OPTION_INVALID: "CONFIG_INVALID",
  MEDIA_OUTPUT_ENDED: "CALL_STATE_INVALID",
  MEDIA_OUTPUT_OVERFLOW: "RESOURCE_UNAVAILABLE",
  MEDIA_DTMF_NOT_NEGOTIATED: "MEDIA_NOT_AVAILABLE",
  MEDIA_CODEC_UNSUPPORTED: "CODEC_UNSUPPORTED",
  MEDIA_SESSION_CLOSED: "CALL_ENDED",
  MEDIA_PORTS_EXHAUSTED: "RESOURCE_UNAVAILABLE",
  MEDIA_ADDRESS_INVALID: "CONFIG_INVALID",
  MEDIA_ADDRESS_FAMILY_MISMATCH: "MEDIA_NEGOTIATION_FAILED",
  RTP_EVENT_INVALID: "CONFIG_INVALID",
  RTP_OPTION_INVALID: "CONFIG_INVALID",
  SESSION_STATE: "CALL_STATE_INVALID",
  SESSION_ENDED: "CALL_ENDED",
  SESSION_MODIFICATION_REFUSED: "CALL_MODIFICATION_REFUSED",
  SESSION_MEDIA: orElse("MEDIA_NEGOTIATION_FAILED"),
  SESSION_NO_MEDIA: "MEDIA_NOT_AVAILABLE",
  SESSION_CODEC: "CODEC_UNSUPPORTED",
  SESSION_LIMIT: "TOO_MANY_CALLS",
  SESSION_CLOSED: "CLIENT_STOPPED",
};

/**
 * `error` as a {@link ClientError} that keeps it as its cause. What is none of the stack's own passes as it is: the reason of an aborted
 * signal, what an application's function threw.
 */
export function wrapError(error: unknown, what: string): unknown {
  if (error instanceof ClientError || !VoipError.is(error)) return error;
  const statusCode = "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : undefined;
  return new ClientError(codeOf(error) ?? "TRANSPORT_FAILED", `${what}: ${error.message}`, { cause: error, statusCode });
}

/** What an error of the lower layers is called here; undefined for one that is none of theirs. */
export function codeOf(error: unknown): ClientErrorCode | undefined {
  if (!VoipError.is(error)) return undefined;
  if (error instanceof ClientError) return error.code;
  if (error.code === "DIALOG_REFUSED" && "statusCode" in error && typeof error.statusCode === "number")
    return refusalCode(error.statusCode);
  const code = Object.hasOwn(codes, error.code) ? codes[error.code as LowerCode] : undefined;
  return typeof code === "object" ? (codeOf(error.cause) ?? code.otherwise) : code;
}
