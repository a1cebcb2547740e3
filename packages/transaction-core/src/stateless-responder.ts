import { hash } from "node:crypto";
import type { Environment } from "@sidetone/infra-common";
import { createResponse, serializeMessage, type SipRequest } from "@sidetone/sip-core";
import type { Flow, SipTransports } from "@sidetone/sip-transport";
import { createBoundedResponse } from "./bounded-response.ts";
import type { StatelessRefusal } from "./transaction-user.ts";

/** Answers requests without keeping anything of them (RFC 3261 §8.2.7). */
export class StatelessResponder {
  readonly #environment: Environment;
  readonly #transports: SipTransports;
  #secret: string | undefined;

  constructor(environment: Environment, transports: SipTransports) {
    this.#environment = environment;
    this.#transports = transports;
  }

  /**
   * Sends one response, and none to an ACK. A transport that fails is logged: nobody waits for this response. A datagram may come from
   * anybody: its answer goes nowhere but to the address that it came from, whatever Via says, and is not much larger than it.
   */
  respond(request: SipRequest, arrival: Flow, { statusCode, reasonPhrase, headers }: StatelessRefusal): void {
    if (request.method === "ACK") return;
    const options = { reasonPhrase, headers, toTag: this.#toTag(request) };
    const response = arrival.reliable ? createResponse(request, statusCode, options) : createBoundedResponse(request, statusCode, options);
    const flow = this.#transports.responseFlow(response, arrival);
    if (!(flow instanceof Promise)) return this.#send(serializeMessage(response), flow, arrival);
    flow.then(
      (opened) => this.#send(serializeMessage(response), opened, arrival),
      (error: unknown) => this.#environment.logger.debug({ error, statusCode }, "no way back for a stateless response"),
    );
  }

  #send(bytes: Buffer, flow: Flow, { remoteAddress }: Flow): void {
    if (flow.remoteAddress === remoteAddress) return flow.send(bytes);
    this.#environment.logger.debug({ remoteAddress, via: flow.remoteAddress }, "no stateless response to another address");
  }

  /** "A stateless UAS … MUST generate the same To tag for any given request" when it comes again (§8.2.7). */
  #toTag({ topVia, callId }: SipRequest): string {
    this.#secret ??= this.#environment.random.token(24);
    return hash("sha256", `${this.#secret} ${topVia.branch ?? ""} ${topVia.host} ${callId}`, "hex").slice(0, 16);
  }
}
