import type { DatagramSocket } from "@sidetone/infra-common";
import { parseMessage, SipRequest } from "@sidetone/sip-core";
import type { VirtualHost } from "@sidetone/testkit";

export interface RawResponse {
  /** Tag of To. Default `raw`. */
  tag?: string;
  headers?: string[];
  /** A session description. */
  body?: string;
}

/** A phone without a stack: it keeps what it receives, and sends only what the test tells it to. */
export class RawPeer {
  readonly requests: SipRequest[] = [];
  readonly uri: string;
  readonly #host: VirtualHost;
  readonly #peer: string;
  #socket!: DatagramSocket;

  /** @param peer the address that it talks to, at port 5060. */
  constructor(host: VirtualHost, peer: string) {
    this.#host = host;
    this.#peer = peer;
    this.uri = `sip:raw@${host.address}`;
  }

  async open(): Promise<this> {
    this.#socket = await this.#host.bindDatagram(
      { address: this.#host.address, port: 5060 },
      {
        onDatagram: (data) => {
          const message = parseMessage(data);
          if (message instanceof SipRequest) this.requests.push(message);
        },
        onSocketError: () => {},
      },
    );
    return this;
  }

  get methods(): string {
    return this.requests.map(({ method }) => method).join(" ");
  }

  /** Answers the latest request of this method. */
  respond(method: string, statusLine: string, { tag = "raw", headers = [], body = "" }: RawResponse = {}): void {
    const request = this.requests.findLast((each) => each.method === method)!;
    const to = request.getText("To")!;
    const lines = [
      `SIP/2.0 ${statusLine}`,
      ...request.getAllText("Via").map((via) => `Via: ${via}`),
      `From: ${request.getText("From")}`,
      `To: ${request.toTag === undefined ? `${to};tag=${tag}` : to}`,
      `Call-ID: ${request.callId}`,
      `CSeq: ${request.sequenceNumber} ${request.cseqMethod}`,
      `Contact: <${this.uri}>`,
      ...headers,
      ...(body === "" ? [] : ["Content-Type: application/sdp"]),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    this.send(`${lines.join("\r\n")}\r\n\r\n${body}`);
  }

  /** Sends a message to the letter. */
  send(message: string): void {
    this.#socket.send(Buffer.from(message), 5060, this.#peer);
  }

  close(): Promise<void> {
    return this.#socket.close();
  }
}
