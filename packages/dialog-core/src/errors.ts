import { VoipError, type VoipErrorOptions } from "@sidetone/infra-common";
import type { SipResponse } from "@sidetone/sip-core";

export type DialogErrorCode =
  | "DIALOG_REFUSED"
  | "DIALOG_TIMEOUT"
  | "DIALOG_UNREACHABLE"
  | "DIALOG_FLOW_LOST"
  | "DIALOG_TERMINATED"
  | "DIALOG_STATE"
  | "DIALOG_MEDIA"
  | "DIALOG_OPTION";

export interface DialogErrorOptions extends VoipErrorOptions {
  /** The peer's final response, when it refused. */
  response?: SipResponse | undefined;
  /** SIP status code that names the failure: the peer's, or 408 for a timeout and 503 for an unreachable target (RFC 3261 §8.1.3.1). */
  statusCode?: number | undefined;
}

/**
 * A request or a dialog failed.
 *
 * - `DIALOG_REFUSED`: the peer answered 300–699; `statusCode` and `response` say how.
 * - `DIALOG_TIMEOUT`: no final response in time; `statusCode` is 408.
 * - `DIALOG_UNREACHABLE`: no target could be found, connected or sent to; `statusCode` is 503.
 * - `DIALOG_FLOW_LOST`: the flow that holds a registration has failed; it is made anew. `cause` is a `SipTransportError`.
 * - `DIALOG_TERMINATED`: the dialog ended before the request was done.
 * - `DIALOG_STATE`: the caller asked for what the present state does not allow.
 * - `DIALOG_MEDIA`: the media negotiator refused. When it throws this one itself, `statusCode` is what the peer's INVITE is refused with.
 * - `DIALOG_OPTION`: an option has a value that cannot be honoured.
 */
export class DialogError extends VoipError<DialogErrorCode> {
  readonly statusCode: number | undefined;
  readonly response: SipResponse | undefined;

  constructor(code: DialogErrorCode, message: string, options: DialogErrorOptions = {}) {
    super(code, message, options);
    this.response = options.response;
    this.statusCode = options.statusCode ?? options.response?.statusCode;
  }

  static {
    Object.defineProperty(this.prototype, "name", { value: "DialogError", configurable: true });
  }
}
