import { VoipError, type VoipErrorOptions } from "@sidetone/infra-common";

export type SipParseErrorCode =
  "SIP_PARSE_START_LINE" | "SIP_PARSE_VERSION" | "SIP_PARSE_HEADER" | "SIP_PARSE_URI" | "SIP_PARSE_BODY" | "SIP_PARSE_TOO_LARGE";

export interface SipParseErrorOptions<Request = unknown> extends VoipErrorOptions {
  header?: string;
  /** Default 400. */
  statusCode?: number;
  request?: Request | undefined;
}

/**
 * The bytes received are not a valid SIP message (RFC 3261 §25.1), or a header field read later is not.
 *
 * A server answers {@link request} with {@link statusCode} when it is there, and drops the bytes otherwise.
 * `Request` is `SipRequest`; `parseMessage` and `StreamFramer` say so.
 */
export class SipParseError<Request = unknown> extends VoipError<SipParseErrorCode> {
  /** Canonical header name, when one header is at fault. */
  readonly header: string | undefined;
  /** What a server answers: 400 (bad request), 413 (body too large), 505 (version), 513 (message too large). */
  readonly statusCode: number;
  /** The request at fault, when its Via, From, To, Call-ID and CSeq could be found: enough to answer it, and to be used for nothing else. */
  readonly request: Request | undefined;

  constructor(code: SipParseErrorCode, message: string, options: SipParseErrorOptions<Request> = {}) {
    super(code, message, options);
    this.header = options.header;
    this.statusCode = options.statusCode ?? 400;
    this.request = options.request;
  }

  static {
    Object.defineProperty(this.prototype, "name", { value: "SipParseError", configurable: true });
  }
}

export type SipErrorCode =
  | "SIP_START_LINE_INVALID"
  | "SIP_HEADER_INVALID"
  | "SIP_HEADER_MISSING"
  | "SIP_URI_INVALID"
  | "SIP_BODY_INVALID"
  | "SIP_DIGEST_UNSUPPORTED";

/** The caller asked for a message, header field or URI that SIP cannot carry. */
export class SipError extends VoipError<SipErrorCode> {
  static {
    Object.defineProperty(this.prototype, "name", { value: "SipError", configurable: true });
  }
}
