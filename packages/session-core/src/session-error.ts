import { VoipError, type VoipErrorOptions } from "@sidetone/infra-common";

export type SessionErrorCode =
  | "SESSION_STATE"
  | "SESSION_ENDED"
  | "SESSION_MODIFICATION_REFUSED"
  | "SESSION_MEDIA"
  | "SESSION_NO_MEDIA"
  | "SESSION_CODEC"
  | "SESSION_LIMIT"
  | "SESSION_CLOSED";

export interface SessionErrorOptions extends VoipErrorOptions {
  /** SIP status code of the peer's refusal. */
  statusCode?: number | undefined;
}

/**
 * A session cannot do what was asked.
 *
 * - `SESSION_STATE`: not in the present phase (answering twice, holding a call that rings).
 * - `SESSION_ENDED`: the session is over.
 * - `SESSION_MODIFICATION_REFUSED`: the peer refused the re-INVITE; the session is as it was before.
 * - `SESSION_MEDIA`: offer and answer do not meet, or a description cannot be understood.
 * - `SESSION_NO_MEDIA`: the session has no media here (`media: "external"`, or the stream was refused).
 * - `SESSION_CODEC`: a codec was asked for that is not here.
 * - `SESSION_LIMIT`: as many sessions as allowed are open.
 * - `SESSION_CLOSED`: the sessions have been closed.
 */
export class SessionError extends VoipError<SessionErrorCode> {
  readonly statusCode: number | undefined;

  constructor(code: SessionErrorCode, message: string, options: SessionErrorOptions = {}) {
    super(code, message, options);
    this.statusCode = options.statusCode;
  }

  static {
    Object.defineProperty(this.prototype, "name", { value: "SessionError", configurable: true });
  }
}
