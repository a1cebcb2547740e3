import { SipParseError } from "../errors.ts";
import { defaultLimits, type SipLimits } from "../limits.ts";
import { readForAnswer, readHead } from "./read-head.ts";
import { SipRequest } from "./sip-request.ts";
import type { SipResponse } from "./sip-response.ts";

/**
 * Reads the SIP message in a datagram (RFC 3261 §7, §18.3).
 *
 * Line breaks before the start line are skipped. The body is what Content-Length says, or the rest of the datagram without one; what
 * follows it is dropped. The message refers to `datagram`, which must not be written to afterwards.
 *
 * @throws {SipParseError} (of SipRequest) whose `statusCode` and `request` are what a server answers: the only error this throws.
 */
export function parseMessage(datagram: Uint8Array, limits: SipLimits = defaultLimits): SipRequest | SipResponse {
  if (datagram.length > limits.datagramBytes) {
    const request = readForAnswer(withoutLeadingLineBreaks(datagram), limits);
    throw new SipParseError("SIP_PARSE_TOO_LARGE", `A datagram of ${datagram.length} bytes`, { statusCode: 513, request });
  }
  const bytes = withoutLeadingLineBreaks(datagram);
  const message = readHead(bytes, limits);
  const bodyStart = Math.min(message.head.end + 2, bytes.length);
  const available = bytes.length - bodyStart;
  const { contentLength } = message.head;
  if (contentLength > available) {
    // "If the transport packet ends before the end of the message body, this is considered an error." (RFC 3261 §18.3)
    throw new SipParseError("SIP_PARSE_BODY", `Content-Length is ${contentLength}, the body has ${available} bytes`, {
      header: "Content-Length",
      request: message instanceof SipRequest ? message : undefined,
    });
  }
  const length = contentLength < 0 ? available : contentLength;
  if (length > 0) message.receiveBody(bytes, bodyStart, bodyStart + length);
  return message;
}

/** "Implementations processing SIP messages … MUST ignore any CRLF appearing before the start-line." (RFC 3261 §7.5) */
function withoutLeadingLineBreaks(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (bytes[start] === 0x0d && bytes[start + 1] === 0x0a) start += 2;
  return start === 0 ? bytes : bytes.subarray(start);
}
