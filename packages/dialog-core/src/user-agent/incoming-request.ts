import type { Body, HeaderInput, SipRequest } from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";
import type { ServerTransaction } from "@sidetone/transaction-core";
import type { UserAgentCore } from "./user-agent-core.ts";

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
export class IncomingRequest {
  readonly request: SipRequest;
  readonly #transaction: ServerTransaction;
  readonly #core: UserAgentCore;

  /** Internal: the core makes these. */
  constructor(core: UserAgentCore, transaction: ServerTransaction) {
    this.#core = core;
    this.#transaction = transaction;
    this.request = transaction.request;
  }

  /** The flow that brought the request. */
  get flow(): Flow {
    return this.#transaction.flow;
  }

  /** Sends the final response; a second one is ignored. For any request but INVITE a provisional one is not allowed (RFC 4320 §4.1). */
  respond(statusCode: number, options: ResponseOptions = {}): void {
    this.#core.respond(this.#transaction, this.request, statusCode, options);
  }
}
