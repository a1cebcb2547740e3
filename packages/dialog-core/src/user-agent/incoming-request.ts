import type { Body, HeaderInput, SipRequest } from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";

/** What a response of the application says beyond its status code. */
export interface ResponseOptions {
  /** Default: the phrase of RFC 3261 §21. */
  readonly reasonPhrase?: string | undefined;
  /** Further header fields, in order. */
  readonly headers?: readonly HeaderInput[] | undefined;
  readonly body?: Body | undefined;
}

/** A refusal before anything else is looked at. */
export interface Refusal {
  /** 300–699. */
  readonly statusCode: number;
  readonly reasonPhrase?: string | undefined;
  readonly headers?: readonly HeaderInput[] | undefined;
}

/** A request that the application answers: out of a dialog, or within a call. */
export interface IncomingRequest {
  readonly request: SipRequest;
  /** Who sent it, where that had to be proved. */
  readonly authenticatedAs: string | undefined;
  /** The flow that brought it. */
  readonly flow: Flow;
  /**
   * Sends the final response; a second one is ignored.
   *
   * @throws {TransactionError} `TRANSACTION_RESPONSE_FORBIDDEN` for 408 and 101–199 (RFC 4320 §4).
   */
  respond(statusCode: number, options?: ResponseOptions): void;
}
