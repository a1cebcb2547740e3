import { SipParseError } from "../errors.ts";
import type { SipLimits } from "../limits.ts";
import { checkReceivedMandatory } from "./check-mandatory.ts";
import { readLatin1 } from "./latin1.ts";
import { maxHeadBytes, MessageHead } from "./message-head.ts";
import { readFields } from "./read-fields.ts";
import { readStartLine } from "./read-start-line.ts";
import { refuse } from "./refuse.ts";
import { SipRequest } from "./sip-request.ts";
import type { SipResponse } from "./sip-response.ts";

/**
 * Reads and validates start line and header fields, with which `bytes` begin; a body may follow them. The message gets its body from
 * `receiveBody`; it begins at `head.end + 2`. Throws {@link SipParseError}, with the request if that can be answered.
 */
export function readHead(bytes: Uint8Array, limits: SipLimits): SipRequest | SipResponse {
  const text = readLatin1(bytes, Math.min(bytes.length, limits.headBytes, maxHeadBytes));
  const lineEnd = text.indexOf("\n") - 1;
  if (lineEnd <= 0 || bytes[lineEnd] !== 0x0d) {
    throw new SipParseError("SIP_PARSE_START_LINE", "There is no start line that ends with CRLF");
  }
  const head = new MessageHead(text, [], lineEnd + 2);
  const fieldsError = readFields(head, bytes, limits);
  if (text.length < bytes.length && !text.startsWith("\r\n", head.end)) {
    throw new SipParseError("SIP_PARSE_TOO_LARGE", `The head has more than ${text.length} bytes`, { statusCode: 513 });
  }
  try {
    const message = readStartLine(head, bytes, lineEnd);
    const error = fieldsError ?? checkReceivedMandatory(head) ?? checkMethod(message);
    if (error) throw error;
    return message;
  } catch (error) {
    throw refuse(error as SipParseError, text.slice(0, lineEnd), head);
  }
}

/** A request's CSeq names its own method (RFC 3261 §8.1.1.5). */
function checkMethod(message: SipRequest | SipResponse): SipParseError | undefined {
  if (!(message instanceof SipRequest) || message.cseqMethod === message.method) return undefined;
  return new SipParseError("SIP_PARSE_HEADER", "CSeq names another method", { header: "CSeq" });
}
