import type { SipRequest } from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";
import type { ServerTransaction } from "@sidetone/transaction-core";
import type { IncomingRequest, ResponseOptions } from "./incoming-request.ts";
import type { UserAgentHost } from "./user-agent-host.ts";

/** A request on its way to the application. */
export class ReceivedRequest implements IncomingRequest {
  readonly request: SipRequest;
  readonly authenticatedAs: string | undefined;
  readonly #transaction: ServerTransaction;
  readonly #core: UserAgentHost;

  constructor(core: UserAgentHost, transaction: ServerTransaction, authenticatedAs?: string) {
    this.#core = core;
    this.#transaction = transaction;
    this.request = transaction.request;
    this.authenticatedAs = authenticatedAs;
  }

  get flow(): Flow {
    return this.#transaction.flow;
  }

  respond(statusCode: number, options: ResponseOptions = {}): void {
    this.#core.respond(this.#transaction, this.request, statusCode, options);
  }
}
