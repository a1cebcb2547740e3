import { hash } from "node:crypto";
import type { Environment } from "@sidetone/infra-common";
import type { Refusal } from "@sidetone/dialog-core";
import { createResponse, serializeMessage, type SipRequest } from "@sidetone/sip-core";
import type { Flow, SipTransports } from "@sidetone/sip-transport";

/** Answers as a stateless UAS (RFC 3261 §8.2.7), which keeps the requests of strangers out of memory. */
export class StatelessAnswer {
  readonly #environment: Environment;
  readonly #transports: SipTransports;
  readonly #secret: string;

  constructor(environment: Environment, transports: SipTransports) {
    this.#environment = environment;
    this.#transports = transports;
    this.#secret = environment.random.token(24);
  }

  send(request: SipRequest, arrival: Flow, { statusCode, ...options }: Refusal): void {
    const response = createResponse(request, statusCode, { ...options, toTag: this.#toTag(request) });
    const bytes = serializeMessage(response);
    const flow = this.#transports.responseFlow(response, arrival);
    if (!(flow instanceof Promise)) return flow.send(bytes);
    flow.then(
      (opened) => opened.send(bytes),
      (error: unknown) => this.#environment.logger.debug({ error, statusCode }, "no way back for a stateless answer"),
    );
  }

  /** "A stateless UAS … MUST generate the same To tag for any given request" that comes again (§8.2.7). */
  #toTag({ topVia, callId }: SipRequest): string {
    return hash("sha256", `${this.#secret} ${topVia.branch ?? ""} ${callId}`, "hex").slice(0, 16);
  }
}
