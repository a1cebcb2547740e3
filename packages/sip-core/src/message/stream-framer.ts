import { SipParseError } from "../errors.ts";
import { defaultLimits, type SipLimits } from "../limits.ts";
import { ContentLength } from "../headers/integer-codecs.ts";
import { AppendBuffer } from "./append-buffer.ts";
import { CONTENT_LENGTH } from "./header-name.ts";
import { readForAnswer, readHead } from "./read-head.ts";
import { SipRequest } from "./sip-request.ts";
import type { SipResponse } from "./sip-response.ts";

/** Takes what a {@link StreamFramer} finds. The methods run inside `push` and must not throw. */
export interface StreamFramerReceiver {
  onMessage(message: SipRequest | SipResponse): void;
  /** A message is malformed but its end is known: answer it if it can be; the stream goes on behind it. */
  onMalformed(error: SipParseError<SipRequest>): void;
  /** CRLF CRLF between messages: the peer expects one CRLF back (RFC 5626 §3.5.1). */
  onPing(): void;
  /** CRLF between messages: the answer to our ping, or nothing in particular. */
  onPong(): void;
  /** Where the next message begins can no longer be told: answer this one if it can be, and close. Nothing else is reported afterwards. */
  onError(error: SipParseError<SipRequest>): void;
}

/**
 * Takes the messages out of a byte stream by their Content-Length (RFC 3261 §18.3). Each byte is looked at once, however the stream is cut.
 *
 * Refused, and the stream with it: a head beyond `headBytes` (513), a body beyond `bodyBytes` (413, before it is buffered), and a
 * message without a readable Content-Length (400).
 */
export class StreamFramer {
  readonly #receiver: StreamFramerReceiver;
  readonly #limits: SipLimits;
  readonly #buffer = new AppendBuffer();
  /** What was read of the next message: nothing, or its head. */
  #head: SipRequest | SipResponse | SipParseError<SipRequest> | undefined;
  #bodyLength = 0;
  /** How many pending bytes hold no end of a head. */
  #searched = 0;
  #halfPing = false;
  #isBroken = false;

  constructor(receiver: StreamFramerReceiver, limits: SipLimits = defaultLimits) {
    this.#receiver = receiver;
    this.#limits = limits;
  }

  /** Whether a message has begun and not ended: it is the transport's business how long that may last. */
  get isWithinMessage(): boolean {
    return this.#head !== undefined || this.#buffer.bytes.length > 0;
  }

  /** A ping was sent: the CRLF that comes next is its pong, and no second half of a ping. */
  expectPong(): void {
    this.#halfPing = false;
  }

  /** `data` belongs to the framer; the messages refer to it. */
  push(data: Buffer): void {
    if (this.#isBroken) return;
    this.#buffer.append(data);
    while (!this.#isBroken && (this.#head === undefined ? this.#takeHead() : this.#takeBody()));
  }

  /** Whether a head was found. */
  #takeHead(): boolean {
    this.#skipLineBreaks();
    const { bytes } = this.#buffer;
    const end = bytes.indexOf("\r\n\r\n", Math.max(this.#searched - 3, 0), "latin1");
    const headBytes = end < 0 ? bytes.length : end + 4;
    if (headBytes > this.#limits.headBytes) {
      const request = readForAnswer(bytes, this.#limits);
      this.#fail(
        new SipParseError("SIP_PARSE_TOO_LARGE", `The head has more than ${this.#limits.headBytes} bytes`, { statusCode: 513, request }),
      );
      return false;
    }
    this.#searched = headBytes;
    if (end < 0) return false;
    this.#searched = 0;
    this.#halfPing = false;
    this.#readHead(this.#buffer.take(headBytes));
    return true;
  }

  #readHead(bytes: Buffer): void {
    try {
      const message = readHead(bytes, this.#limits);
      this.#head = message;
      this.#bodyLength = message.head.contentLength;
      const request = message instanceof SipRequest ? message : undefined;
      if (this.#bodyLength < 0) {
        // "if it is a stream-oriented transport … the Content-Length header field indicates the size": it MUST be there (§20.14)
        this.#fail(new SipParseError("SIP_PARSE_HEADER", "Content-Length is missing", { header: "Content-Length", request }));
      } else this.#checkBodyLength(request);
    } catch (error) {
      this.#readMalformed(error as SipParseError<SipRequest>);
    }
  }

  /** Skips a malformed message when one Content-Length says how. */
  #readMalformed(error: SipParseError<SipRequest>): void {
    const lengths = error.request?.getAllText("Content-Length") ?? [];
    const length = lengths.length === 1 ? error.request?.get(ContentLength) : undefined;
    if (length === undefined || error.header === "Content-Length") return this.#fail(error);
    this.#head = error;
    this.#bodyLength = length;
    this.#checkBodyLength(error.request);
  }

  #checkBodyLength(request: SipRequest | undefined): void {
    if (this.#bodyLength <= this.#limits.bodyBytes) return;
    const text = `The body has ${this.#bodyLength} bytes, more than ${this.#limits.bodyBytes}`;
    this.#fail(new SipParseError("SIP_PARSE_TOO_LARGE", text, { header: "Content-Length", statusCode: 413, request }));
  }

  /** Whether the body was there. */
  #takeBody(): boolean {
    if (this.#buffer.bytes.length < this.#bodyLength) return false;
    const body = this.#buffer.take(this.#bodyLength);
    const head = this.#head;
    this.#head = undefined;
    if (head instanceof SipParseError) this.#receiver.onMalformed(head);
    else if (head) {
      if (body.length > 0) head.receiveBody(body, 0, body.length);
      this.#receiver.onMessage(head);
    }
    return true;
  }

  /** CRLF CRLF is a ping, also when it comes in two pieces; a CRLF alone is reported at once, since nothing may follow it. */
  #skipLineBreaks(): void {
    for (;;) {
      const { bytes } = this.#buffer;
      if (bytes[0] !== 0x0d || bytes[1] !== 0x0a) return;
      const isWholePing = !this.#halfPing && bytes[2] === 0x0d && bytes[3] === 0x0a;
      this.#buffer.take(isWholePing ? 4 : 2);
      this.#searched = 0;
      if (isWholePing || this.#halfPing) this.#receiver.onPing();
      else this.#receiver.onPong();
      this.#halfPing = !isWholePing && !this.#halfPing;
    }
  }

  #fail(error: SipParseError<SipRequest>): void {
    this.#isBroken = true;
    this.#buffer.clear();
    this.#receiver.onError(error);
  }
}
