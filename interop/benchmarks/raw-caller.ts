import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { onTestFinished } from "vitest";
import { eventually } from "../peers/process/eventually.ts";

/** A message as it came: exact text, and what the tests look at. */
export class RawMessage {
  readonly text: string;
  readonly startLine: string;

  constructor(text: string) {
    this.text = text;
    this.startLine = text.slice(0, text.indexOf("\r\n"));
  }

  header(name: string): string {
    return new RegExp(`^${name}: *(.*)$`, "im").exec(this.text)?.[1]?.trim() ?? "";
  }

  get toTag(): string {
    return /;tag=([^;>\s]+)/.exec(this.header("To"))?.[1] ?? "";
  }

  /** `c=`, `m=` and `o=` lines of its session description. */
  sdpLine(type: string): string {
    return new RegExp(`^${type}=(.*)$`, "m").exec(this.text)?.[1]?.trim() ?? "";
  }
}

export interface RawRequest {
  method: string;
  sequenceNumber: number;
  branch: string;
  toTag?: string;
  sdp?: string;
}

/** A caller that writes its messages by hand, one dialog, so that it may break every rule. */
export class RawCaller {
  readonly received: RawMessage[] = [];
  readonly callId: string = `raw-${process.hrtime.bigint()}`;
  readonly #socket: Socket;
  readonly #port: number;

  constructor(socket: Socket, port: number) {
    this.#socket = socket;
    this.#port = port;
    socket.on("message", (message) => this.received.push(new RawMessage(message.toString())));
  }

  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  send({ method, sequenceNumber, branch, toTag, sdp = "" }: RawRequest): void {
    const lines = [
      `${method} sip:uas@127.0.0.1:${this.#port} SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.address};branch=z9hG4bK${branch}`,
      "Max-Forwards: 70",
      `From: <sip:raw@${this.address}>;tag=raw`,
      `To: <sip:uas@127.0.0.1:${this.#port}>${toTag === undefined ? "" : `;tag=${toTag}`}`,
      `Call-ID: ${this.callId}`,
      `CSeq: ${sequenceNumber} ${method}`,
      `Contact: <sip:raw@${this.address}>`,
      ...(sdp === "" ? [] : ["Content-Type: application/sdp"]),
      `Content-Length: ${sdp.length}`,
    ];
    this.#socket.send(`${lines.join("\r\n")}\r\n\r\n${sdp}`, this.#port, "127.0.0.1");
  }

  /** Answers a request with 200. */
  accept(request: RawMessage): void {
    const fields = ["Via", "From", "To", "Call-ID", "CSeq"].map((name) => `${name}: ${request.header(name)}`);
    this.#socket.send(`SIP/2.0 200 OK\r\n${fields.join("\r\n")}\r\nContent-Length: 0\r\n\r\n`, this.#port, "127.0.0.1");
  }

  all(startLine: RegExp, cseq: string): RawMessage[] {
    return this.received.filter((message) => startLine.test(message.startLine) && message.header("CSeq") === cseq);
  }

  async one(startLine: RegExp, cseq: string, options: { withinMs?: number } = {}): Promise<RawMessage> {
    return eventually(`${String(startLine)} for ${cseq}`, () => this.all(startLine, cseq)[0], options);
  }
}

/** A caller of the server on `port`, which ends with the test. */
export async function openRawCaller(port: number): Promise<RawCaller> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  onTestFinished(() => void socket.close());
  return new RawCaller(socket, port);
}

/** An offer with PCMA before PCMU. */
export const offer = (version: number, direction = "sendrecv"): string =>
  [
    "v=0",
    `o=raw 7 ${version} IN IP4 127.0.0.1`,
    "s=-",
    "c=IN IP4 127.0.0.1",
    "t=0 0",
    "m=audio 41000 RTP/AVP 8 0",
    `a=${direction}`,
    "",
  ].join("\r\n");
