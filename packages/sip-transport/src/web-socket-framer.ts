import {
  parseMessage,
  type SipLimits,
  type SipParseError,
  type SipRequest,
  type SipResponse,
  type StreamFramerReceiver,
} from "@sidetone/sip-core";
import type { MessageFramer } from "./carrier.ts";

/**
 * "Each SIP message MUST be carried within a single WebSocket message, and a WebSocket message MUST NOT contain more than one SIP message"
 * (RFC 7118 §5.1): Content-Length may be missing, and one malformed message says nothing about the next.
 */
export class WebSocketFramer implements MessageFramer {
  readonly isWithinMessage = false;
  readonly #receiver: StreamFramerReceiver;
  readonly #limits: SipLimits;

  constructor(receiver: StreamFramerReceiver, limits: SipLimits) {
    this.#receiver = receiver;
    this.#limits = { ...limits, datagramBytes: largestMessageBytes(limits) };
  }

  push(data: Buffer): void {
    // The keep-alive of RFC 5626 §3.5.1 is "of course usable" here, too (RFC 7118 §6).
    if (data.length <= 4 && isLineBreaks(data)) return data.length === 4 ? this.#receiver.onPing() : this.#receiver.onPong();
    let message: SipRequest | SipResponse;
    try {
      message = parseMessage(data, this.#limits);
    } catch (error) {
      return this.#receiver.onMalformed(error as SipParseError<SipRequest>);
    }
    this.#receiver.onMessage(message);
  }
}

/** How long a WebSocket message may be. */
export function largestMessageBytes({ headBytes, bodyBytes }: SipLimits): number {
  return headBytes + bodyBytes;
}

function isLineBreaks(data: Buffer): boolean {
  return data.every((byte) => byte === 0x0d || byte === 0x0a);
}
