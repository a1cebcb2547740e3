import { createHash } from "node:crypto";
import type { Environment } from "@sidetone/infra-common";
import { createResponse, serializeMessage, type HeaderInput, type SipRequest } from "@sidetone/sip-core";
import type { Flow, SipTransports } from "@sidetone/sip-transport";

/** Answers requests without keeping anything of them (RFC 3261 §8.2.7). */
export class StatelessResponder {
  readonly #environment: Environment;
  readonly #transports: SipTransports;
  #secret: Uint8Array | undefined;

  constructor(environment: Environment, transports: SipTransports) {
    this.#environment = environment;
    this.#transports = transports;
  }

  /** Sends one response, and none to an ACK. A transport that fails is logged: nobody waits for this response. */
  respond(request: SipRequest, arrival: Flow, statusCode: number, headers: readonly HeaderInput[] = []): void {
    if (request.method === "ACK") return;
    const response = createResponse(request, statusCode, { toTag: this.#toTag(request), headers });
    const bytes = serializeMessage(response);
    const flow = this.#transports.responseFlow(response, arrival);
    if (!(flow instanceof Promise)) return flow.send(bytes);
    flow.then(
      (opened) => opened.send(bytes),
      (error: unknown) => this.#environment.logger.debug({ error, statusCode }, "no way back for a stateless response"),
    );
  }

  /** "A stateless UAS … MUST generate the same To tag for any given request" when it comes again (§8.2.7). */
  #toTag(request: SipRequest): string {
    const { branch = "", host } = request.topVia;
    this.#secret ??= this.#environment.random.bytes(16);
    return createHash("sha256").update(this.#secret).update(`${branch} ${host} ${request.callId}`).digest("hex").slice(0, 16);
  }
}
