import type { HeaderInput, SipRequest, SipResponse } from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";
import type { ClientTransaction, InviteServerTransaction, ServerTransaction } from "./transaction.ts";

/** How a request is refused without a transaction. */
export interface StatelessRefusal {
  /** 300–699. */
  readonly statusCode: number;
  readonly reasonPhrase?: string | undefined;
  /** The most important first: over UDP the last are left out of a response that would be much larger than the request. */
  readonly headers?: readonly HeaderInput[] | undefined;
}

/** What the transaction layer delivers to: the user-agent core ("TU" in RFC 3261 §17). One object for all; nothing here may throw. */
export interface TransactionUser {
  /** A new request, never ACK or CANCEL. Answer through `transaction.respond`, now or later. */
  onRequest(transaction: ServerTransaction): void;
  /**
   * A CANCEL for an INVITE without a final response; the layer has answered the CANCEL with 200 itself (RFC 3261 §9.2).
   * The user answers the INVITE with 487.
   */
  onCancelled(transaction: InviteServerTransaction, cancel: SipRequest): void;
  /** An ACK that acknowledges no refusal: for a 2xx (RFC 3261 §13.3.1.4), or belonging to nothing. Never answered. */
  onAck(ack: SipRequest, flow: Flow): void;
  /** A response without a client transaction, such as a 2xx repeated after Timer M (RFC 6026 §7.2). Never answered. */
  onStrayResponse(response: SipResponse, flow: Flow): void;
  /**
   * Looks at a new request, or at a CANCEL that means none, before anything is kept of it. A refusal is sent as a stateless UAS does it
   * (RFC 3261 §8.2.7), so that a retransmission is looked at anew; `ignore` leaves it without an answer. Default: all are taken.
   */
  screen?(request: SipRequest, flow: Flow): StatelessRefusal | "ignore" | undefined;
  /** Whether what is no well-formed request is answered, with 400 as a rule. Default: it is. */
  answersMalformed?(flow: Flow): boolean;
  /** Whether a Binding request (STUN) is answered. Default: it is. */
  answersStun?(flow: Flow): boolean;
}

/** What a client transaction reports to; one object may serve many. Nothing here may throw. */
export interface ClientTransactionUser {
  /** Each provisional response, then one final response; for an INVITE every 2xx, repeated ones too (RFC 6026 §7.2). */
  onResponse(transaction: ClientTransaction, response: SipResponse): void;
  /** No final response within 64·T1, or 64·T1 after CANCEL: as if 408 had come (RFC 3261 §8.1.3.1). The transaction is over. */
  onTimeout(transaction: ClientTransaction): void;
  /** The request could not be sent, or its connection broke: as if 503 had come (RFC 3261 §8.1.3.1). The transaction is over. */
  onTransportError(transaction: ClientTransaction, error: Error): void;
}
