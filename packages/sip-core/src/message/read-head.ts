import { SipParseError } from "../errors.ts";
import type { SipLimits } from "../limits.ts";
import { checkReceivedMandatory } from "./check-mandatory.ts";
import { readLatin1 } from "./latin1.ts";
import { MessageHead } from "./message-head.ts";
import { readFields } from "./read-fields.ts";
import { readStartLine } from "./read-start-line.ts";
import { loadScanBuffer, maxHeadBytes, scanBytes } from "./scan-buffer.ts";
import { refuse } from "./refuse.ts";
import { endOfPrintable } from "./scan-value.ts";
import { SipRequest } from "./sip-request.ts";
import type { SipResponse } from "./sip-response.ts";

const bytes = scanBytes;

/**
 * Reads and validates start line and header fields, with which `data` begins; a body may follow them. The message gets its body from
 * `receiveBody`; it begins at `head.end + 2`. Throws {@link SipParseError}, with the request if that can be answered.
 */
export function readHead(data: Uint8Array, limits: SipLimits): SipRequest | SipResponse {
  const length = Math.min(data.length, limits.headBytes, maxHeadBytes);
  loadScanBuffer(data, length);
  const lineEnd = endOfStartLine();
  const text = readLatin1(data, length);
  const head = new MessageHead(text, [], lineEnd + 2);
  const fieldsError = readFields(head, length, limits);
  if (length < data.length && !text.startsWith("\r\n", head.end)) {
    const error = new SipParseError("SIP_PARSE_TOO_LARGE", `The head has more than ${text.length} bytes`, { statusCode: 513 });
    throw refuse(error, text.slice(0, lineEnd), head);
  }
  try {
    const message = readStartLine(head, lineEnd);
    const error = fieldsError ?? checkReceivedMandatory(head) ?? checkMethod(message);
    if (error) throw error;
    return message;
  } catch (error) {
    throw refuse(error as SipParseError, text.slice(0, lineEnd), head);
  }
}

/** What `data` begins with as far as it can be answered, however malformed or cut off; undefined when it cannot. */
export function readForAnswer(data: Uint8Array, limits: SipLimits): SipRequest | undefined {
  try {
    const message = readHead(data, limits);
    return message instanceof SipRequest ? message : undefined;
  } catch (error) {
    return (error as SipParseError<SipRequest>).request;
  }
}

/** The index of the CRLF that ends the first line. */
function endOfStartLine(): number {
  let end = endOfPrintable(0);
  while (bytes[end]! >= 0x80 || bytes[end] === 0x09) end = endOfPrintable(end + 1);
  if (end > 0 && bytes[end] === 0x0d && bytes[end + 1] === 0x0a) return end;
  throw new SipParseError("SIP_PARSE_START_LINE", "There is no start line that ends with CRLF");
}

/** A request's CSeq names its own method (RFC 3261 §8.1.1.5). */
function checkMethod(message: SipRequest | SipResponse): SipParseError | undefined {
  if (!(message instanceof SipRequest) || message.cseqMethod === message.method) return undefined;
  return new SipParseError("SIP_PARSE_HEADER", "CSeq names another method", { header: "CSeq" });
}
