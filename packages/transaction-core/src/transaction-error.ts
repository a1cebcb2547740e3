import { VoipError } from "@sidetone/infra-common";

export type TransactionErrorCode =
  | "TRANSACTION_RELEASED"
  | "TRANSACTION_RESPONSE_FORBIDDEN"
  | "TRANSACTION_NOT_INVITE"
  | "TRANSACTION_METHOD_FORBIDDEN"
  | "TRANSACTION_FLOW_CLOSED"
  | "TRANSACTION_LAYER_CLOSED";

/**
 * The user-agent core asked a transaction for what it may not do.
 *
 * - `TRANSACTION_RELEASED`: the request of a transaction was read after its final response.
 * - `TRANSACTION_RESPONSE_FORBIDDEN`: 408, or 101–199, for a request other than INVITE (RFC 4320 §4).
 * - `TRANSACTION_NOT_INVITE`: CANCEL was asked for another request than INVITE (RFC 3261 §9.1).
 * - `TRANSACTION_METHOD_FORBIDDEN`: ACK or CANCEL was to be sent as a request of its own.
 * - `TRANSACTION_FLOW_CLOSED`: the flow of a request was closed before it was sent; reported, not thrown.
 * - `TRANSACTION_LAYER_CLOSED`: a request was to be sent after `close()`.
 */
export class TransactionError extends VoipError<TransactionErrorCode> {
  static {
    Object.defineProperty(this.prototype, "name", { value: "TransactionError", configurable: true });
  }
}
