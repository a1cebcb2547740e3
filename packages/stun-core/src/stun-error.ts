import { VoipError } from "@sidetone/infra-common";

export type StunErrorCode =
  | "STUN_OPTION_INVALID"
  | "STUN_ATTRIBUTE_INVALID"
  | "STUN_TIMEOUT"
  | "STUN_UNREACHABLE"
  | "STUN_REFUSED"
  | "STUN_RESPONSE_INVALID"
  | "STUN_INTEGRITY_FAILED"
  | "STUN_AUTHENTICATION_FAILED"
  | "STUN_REDIRECT_FAILED"
  | "STUN_CLOSED";

export interface StunErrorOptions {
  cause?: unknown;
  /** Code of the ERROR-CODE attribute that the server sent, 300 to 699. */
  statusCode?: number | undefined;
  reasonPhrase?: string | undefined;
}

/** A STUN transaction failed, or cannot be made as asked. */
export class StunError extends VoipError<StunErrorCode> {
  /** Code of the ERROR-CODE attribute (RFC 8489 §14.8), where the server sent one. */
  readonly statusCode: number | undefined;
  readonly reasonPhrase: string | undefined;

  constructor(code: StunErrorCode, message: string, options: StunErrorOptions = {}) {
    super(code, message, options);
    this.statusCode = options.statusCode;
    this.reasonPhrase = options.reasonPhrase;
  }

  static {
    Object.defineProperty(this.prototype, "name", { value: "StunError" });
  }
}
