import type { SipParseError, SipRequest, SipResponse } from "@sidetone/sip-core";
import type { Flow, SipTransportUser } from "@sidetone/sip-transport";
import type { LocationService } from "../location/location-service.ts";

/** Stands between the transports and the transaction layer: hears of broken flows, over which nobody is reached any more. */
export class RegistrarIngress implements SipTransportUser {
  readonly #transactions: SipTransportUser;
  readonly #location: LocationService;

  constructor(transactions: SipTransportUser, location: LocationService) {
    this.#transactions = transactions;
    this.#location = location;
  }

  onRequest(request: SipRequest, flow: Flow): void {
    this.#transactions.onRequest(request, flow);
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
