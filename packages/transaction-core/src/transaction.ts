import type { SipRequest, SipResponse } from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";

/** Names of the states in RFC 3261 §17 and RFC 6026 §7. */
export type TransactionState = "Calling" | "Trying" | "Proceeding" | "Completed" | "Accepted" | "Confirmed" | "Terminated";

/** A request that was sent and its responses (RFC 3261 §17.1). */
export interface ClientTransaction {
  readonly method: string;
  /** The top Via's branch. */
  readonly branch: string;
  readonly flow: Flow;
  readonly state: TransactionState;
  /**
   * The request as given to `sendRequest`, without Via. A non-INVITE transaction lets go of it with its final response, and an
   * INVITE transaction with a refusal.
   *
   * @throws {TransactionError} `TRANSACTION_RELEASED` afterwards.
   */
  readonly request: SipRequest;
  /** For the user-agent core's own use. */
  context: unknown;
}

/** What a server transaction reports to, once its `user` is set. */
export interface ServerTransactionUser {
  /** A response could not be sent (RFC 3261 §17.2.4). An INVITE transaction goes on (RFC 6026 §7.1), any other is over. */
  onTransportError?(transaction: ServerTransaction, error: Error): void;
  /** The ACK for a 300–699 arrived (RFC 3261 §17.2.1). */
  onAcked?(transaction: InviteServerTransaction): void;
  /** The transaction is over; for a request without a final response, 64·T1 after it came (RFC 4320 §4.2). */
  onTerminated?(transaction: ServerTransaction): void;
}

/** A request that was received and the responses to it (RFC 3261 §17.2). */
export interface ServerTransaction {
  readonly method: string;
  /** The flow that brought the request. */
  readonly flow: Flow;
  readonly state: TransactionState;
  /**
   * The request. The transaction lets go of it with the final response, and lingers as mere bytes for 32 s: copy what has to outlive it.
   *
   * @throws {TransactionError} `TRANSACTION_RELEASED` afterwards.
   */
  readonly request: SipRequest;
  /** A To tag for all responses to this request: that of the request, else the one that was sent already, else a new one (RFC 3261 §8.2.6.2). */
  readonly toTag: string;
  /** Set by the user-agent core to hear of what becomes of its response. */
  user: ServerTransactionUser | undefined;
  /** For the user-agent core's own use. */
  context: unknown;
  /**
   * Sends `response`, which is serialised once; a retransmitted request gets the same bytes again.
   *
   * After a final response, and when the transaction is over, it does nothing; but a 2xx to INVITE given again repeats the first
   * one's bytes: the user-agent core does so until the ACK comes (RFC 3261 §13.3.1.4).
   *
   * @throws {TransactionError} `TRANSACTION_RESPONSE_FORBIDDEN` for 408, or for 101–199, to a request other than INVITE (RFC 4320 §4.1, §4.2).
   */
  respond(response: SipResponse): void;
}

export interface InviteServerTransaction extends ServerTransaction {
  /** The user-agent core has the ACK for its 2xx and will not repeat it: the transaction lingers on to absorb the INVITE, for 64·T1 from now. */
  acknowledged(): void;
}
