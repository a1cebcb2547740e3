import type { SipParseError, SipRequest, SipResponse } from "@sidetone/sip-core";
import type { Flow, SipTransportUser } from "@sidetone/sip-transport";
import type { LocationService } from "../location/location-service.ts";

/** Stands between the transports and the transaction layer: sends strangers away before anything is kept of them, and hears of broken flows. */
export class RegistrarIngress implements SipTransportUser {
  readonly #transactions: SipTransportUser;
  readonly #location: LocationService;
  readonly #turnAway: (request: SipRequest, flow: Flow) => boolean;

  /** @param turnAway answers a request that needs no transaction, and says whether it did. */
  constructor(transactions: SipTransportUser, location: LocationService, turnAway: (request: SipRequest, flow: Flow) => boolean) {
    this.#transactions = transactions;
    this.#location = location;
    this.#turnAway = turnAway;
  }

  onRequest(request: SipRequest, flow: Flow): void {
    if (!this.#turnAway(request, flow)) this.#transactions.onRequest(request, flow);
  }

  onResponse(response: SipResponse, flow: Flow): void {
    this.#transactions.onResponse(response, flow);
  }

  onMalformed(error: SipParseError<SipRequest>, flow: Flow): void {
    this.#transactions.onMalformed(error, flow);
  }

  onFlowFailed(flow: Flow, error: Error): void {
    this.#transactions.onFlowFailed(flow, error);
    this.#location.flowFailed(flow);
  }
}
