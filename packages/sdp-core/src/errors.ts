import { VoipError } from "@sidetone/infra-common";

export type SdpParseErrorCode =
  | "SDP_PARSE_TOO_LARGE"
  | "SDP_PARSE_LINE"
  | "SDP_PARSE_VERSION"
  | "SDP_PARSE_ORIGIN"
  | "SDP_PARSE_TIMING"
  | "SDP_PARSE_CONNECTION"
  | "SDP_PARSE_MEDIA";

/** The text received is not a session description (RFC 8866 §9). A user agent answers 400 or 488, or ends the call it has with it. */
export class SdpParseError extends VoipError<SdpParseErrorCode> {
  /** The line at fault, counted from 1; undefined when the description as a whole is. */
  readonly lineNumber: number | undefined;

  constructor(code: SdpParseErrorCode, message: string, lineNumber?: number) {
    super(code, lineNumber === undefined ? message : `line ${lineNumber}: ${message}`);
    this.lineNumber = lineNumber;
  }

  static {
    Object.defineProperty(this.prototype, "name", { value: "SdpParseError", configurable: true });
  }
}

export type SdpNegotiationErrorCode =
  | "SDP_NO_COMMON_CODEC"
  | "SDP_NO_ACCEPTABLE_MEDIA"
  | "SDP_ANSWER_MISMATCH"
  | "SDP_ANSWER_DIRECTION"
  | "SDP_CONNECTION_UNUSABLE"
  | "SDP_CAPABILITY_INVALID";

/**
 * Offer and answer do not meet (RFC 3264), or, with `SDP_CAPABILITY_INVALID`, the caller described its own side wrongly.
 * For an offer received a user agent answers 488; for an answer received it ends the call, or keeps the session as it was before its offer.
 */
export class SdpNegotiationError extends VoipError<SdpNegotiationErrorCode> {
  /** Position of the m= line at fault, counted from 0; undefined when no single one is. */
  readonly mediaIndex: number | undefined;

  constructor(code: SdpNegotiationErrorCode, message: string, mediaIndex?: number) {
    super(code, mediaIndex === undefined ? message : `media ${mediaIndex}: ${message}`);
    this.mediaIndex = mediaIndex;
  }

  static {
    Object.defineProperty(this.prototype, "name", { value: "SdpNegotiationError", configurable: true });
  }
}

/** What the peer wrote, short enough and printable enough for a message. */
export function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
