import type { DatagramSocket } from "@sidetone/infra-common";
import { parseMessage, SipParseError, SipRequest, type SipResponse } from "@sidetone/sip-core";
import type { VirtualEnvironment } from "@sidetone/testkit";

export interface RawRequestOptions {
  requestUri: string;
  to: string;
  cseq: number;
  /** Default `raw-call`. */
  callId?: string;
  /** Default `raw`. */
  fromTag?: string;
  /** Default a new one. */
  branch?: string;
  /** Whole lines. */
  headers?: string[];
  body?: string;
}

/**
 * A peer without a stack: it sends what the test writes, to the letter, and keeps what it receives. Lines of a message end in `\n`;
 * Content-Length is added.
 */
export class RawPeer {
  readonly environment: VirtualEnvironment;
  readonly received: (SipRequest | SipResponse)[] = [];
  #socket!: DatagramSocket;
  #branches = 0;
  /** Where messages go. */
  readonly #peer: { readonly address: string; readonly port: number };

  constructor(environment: VirtualEnvironment, peerAddress: string) {
    this.environment = environment;
    this.#peer = { address: peerAddress, port: 5060 };
  }

  async listen(): Promise<void> {
    const { network } = this.environment;
    this.#socket = await network.bindDatagram(
      { address: network.address, port: 5060 },
      { onDatagram: (data) => this.#receive(data), onSocketError: () => {} },
    );
  }

  /** An answer to a malformed request repeats what is malformed: it is only looked at on the wire. */
  #receive(data: Uint8Array): void {
    try {
      this.received.push(parseMessage(data));
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
    }
  }

  get address(): string {
    return this.environment.network.address;
  }

  get requests(): SipRequest[] {
    return this.received.filter((message) => message instanceof SipRequest);
  }

  get responses(): SipResponse[] {
    return this.received.filter((message) => !(message instanceof SipRequest)) as SipResponse[];
  }

  /** The last request of `method` that came. */
  lastRequest(method: string): SipRequest {
    const request = this.requests.findLast((each) => each.method === method);
    if (!request) throw new Error(`no ${method} has come; there are ${this.requests.map((each) => each.method).join(", ")}`);
    return request;
  }

  get statusCodes(): number[] {
    return this.responses.map(({ statusCode }) => statusCode);
  }

  /** Sends `head`, lines separated by `\n`, and a body. */
  send(head: string, body = ""): void {
    const lines = head
      .trim()
      .split("\n")
      .map((line) => line.trim());
    this.sendBytes(Buffer.from(`${lines.join("\r\n")}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`));
  }

  /** Sends a datagram as it is. */
  sendBytes(bytes: Uint8Array): void {
    this.#socket.send(bytes, this.#peer.port, this.#peer.address);
  }

  /** Answers a request of the peer; the To tag is added unless the request has one. */
  respond(request: SipRequest, statusLine: string, options: { tag?: string; headers?: string[]; body?: string } = {}): void {
    const { tag = "raw", headers = [], body = "" } = options;
    const to = request.getText("To") ?? "";
    const lines = [
      `SIP/2.0 ${statusLine}`,
      ...request.getAllText("Via").map((via) => `Via: ${via}`),
      `From: ${request.getText("From")}`,
      `To: ${request.toTag === undefined && !statusLine.startsWith("100") ? `${to};tag=${tag}` : to}`,
      `Call-ID: ${request.callId}`,
      `CSeq: ${request.sequenceNumber} ${request.cseqMethod}`,
      ...headers,
      ...(body === "" ? [] : ["Content-Type: application/sdp"]),
    ];
    this.send(lines.join("\n"), body);
  }

  /** Sends a request of the peer's own; `to` may carry the tag of a dialog. Returns its branch. */
  request(method: string, options: RawRequestOptions): string {
    const { requestUri, to, cseq, callId = "raw-call", fromTag = "raw", headers = [], body = "" } = options;
    const branch = options.branch ?? `z9hG4bKraw${++this.#branches}`;
    const lines = [
      `${method} ${requestUri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.address}:5060;branch=${branch}`,
      "Max-Forwards: 70",
      `From: <sip:raw@example.com>;tag=${fromTag}`,
      `To: ${to}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      ...(method === "INVITE" && !headers.some((header) => header.startsWith("Contact"))
        ? [`Contact: <sip:raw@${this.address}:5060>`]
        : []),
      ...headers,
      ...(body === "" || headers.some((header) => header.startsWith("Content-Type")) ? [] : ["Content-Type: application/sdp"]),
    ];
    this.send(lines.join("\n"), body);
    return branch;
  }

  async close(): Promise<void> {
    await this.#socket.close();
  }
}
