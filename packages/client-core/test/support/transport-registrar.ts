import { createResponse, serializeMessage, SipRequest, type SipResponse } from "@sidetone/sip-core";
import { createSipTransports, type Flow, type SipTransports, type SipTransportUser, type TransportName } from "@sidetone/sip-transport";
import { issueCertificate, type VirtualEnvironment } from "@sidetone/testkit";
import { keep, type Answer } from "./scripted-registrar.ts";

const authority = issueCertificate({ commonName: "Test CA", isAuthority: true });

/** What clients have to trust. */
export const trusted = { ca: authority.cert };

/** Where each transport is listened to. */
export const portOf: Readonly<Record<TransportName, number>> = { UDP: 5060, TCP: 5060, TLS: 5061, WS: 8080, WSS: 8443 };

/** A registrar over every transport that keeps whatever is registered, refuses calls with 486, and sends requests over the flows that it knows. */
export class TransportRegistrar implements SipTransportUser {
  readonly requests: { readonly request: SipRequest; readonly flow: Flow }[] = [];
  readonly responses: SipResponse[] = [];
  /** What it says to REGISTER. */
  rule: (request: SipRequest) => Answer = keep;
  readonly #transports: SipTransports;
  readonly #address: string;

  constructor(environment: VirtualEnvironment) {
    this.#address = environment.network.address;
    const { cert, key } = issueCertificate({ commonName: "registrar", names: [`IP:${this.#address}`], issuer: authority });
    this.#transports = createSipTransports(environment, { tls: { cert, key } });
    this.#transports.user = this;
  }

  async listen(): Promise<this> {
    for (const [transport, port] of Object.entries(portOf) as [TransportName, number][]) {
      await this.#transports.listen({ transport, address: this.#address, port });
    }
    return this;
  }

  /** The requests of one method, as `TLS sip:alice@…` of transport and request-URI. */
  ways(method: string): string[] {
    return this.requests
      .filter(({ request }) => request.method === method)
      .map(({ request, flow }) => `${flow.transport} ${request.requestUriText}`);
  }

  /** Sends a call to a contact over the flow that registered it, as a proxy would. */
  call(contact: string, { topVia }: SipRequest, flow: Flow): void {
    const head = [
      `INVITE ${contact} SIP/2.0`,
      `Via: SIP/2.0/${flow.transport} ${flow.sentBy};branch=z9hG4bK${topVia.branch}back`,
      "Max-Forwards: 70",
      "From: <sip:carol@example.com>;tag=c",
      `To: <${contact}>`,
      `Call-ID: back-${topVia.branch}`,
      "CSeq: 1 INVITE",
      `Contact: <sip:carol@${flow.sentBy};transport=${flow.transport.toLowerCase()}>`,
      "Content-Length: 0",
    ];
    flow.send(Buffer.from(`${head.join("\r\n")}\r\n\r\n`));
  }

  onRequest(request: SipRequest, flow: Flow): void {
    if (request.method === "ACK") return;
    this.requests.push({ request, flow });
    const [statusCode, ...headers] = (request.method === "REGISTER" ? this.rule(request) : undefined) ?? [486];
    flow.send(serializeMessage(createResponse(request, statusCode, { toTag: "registrar", headers })));
  }

  onResponse(response: SipResponse): void {
    this.responses.push(response);
  }

  onMalformed(): void {}

  onFlowFailed(): void {}

  close(): Promise<void> {
    return this.#transports.close();
  }
}
