import { SipParseError } from "../errors.ts";
import type { SipLimits } from "../limits.ts";
import { parseUri } from "../uri/uri.ts";
import { checkFields, checkMandatory } from "./check-fields.ts";
import { readLatin1 } from "./latin1.ts";
import { maxHeadBytes, MessageHead } from "./message-head.ts";
import { refuse } from "./refuse.ts";
import { scanFields } from "./scan-fields.ts";
import { SipRequest } from "./sip-request.ts";
import { SipResponse } from "./sip-response.ts";
import { isStatusLine, parseRequestLine, parseStatusLine } from "./start-line.ts";

/**
 * Reads and validates start line and header fields, with which `bytes` begin. The message gets its body from `receiveBody`; it begins
 * at `head.end + 2`. Throws {@link SipParseError}, with the request if that can be answered.
 */
export function readHead(bytes: Uint8Array, limits: SipLimits): SipRequest | SipResponse {
  const lineEnd = endOfStartLine(bytes);
  const { fields, end, error } = scanFields(bytes, lineEnd + 2, limits);
  const headBytes = Math.min(end + 2, bytes.length);
  if (headBytes > Math.min(limits.headBytes, maxHeadBytes)) {
    throw new SipParseError("SIP_PARSE_TOO_LARGE", `The head has ${headBytes} bytes`, { statusCode: 513 });
  }
  const text = readLatin1(bytes, headBytes);
  const line = text.slice(0, lineEnd);
  const head = new MessageHead(text, fields, end);
  try {
    const message = isStatusLine(line) ? readStatusLine(line, head) : readRequestLine(line, head);
    if (error) throw error;
    checkMandatory(head, true);
    checkFields(head, limits);
    // "the method in the CSeq header field" of a request is its own (RFC 3261 §8.1.1.5)
    if (message instanceof SipRequest && head.cseqMethod !== message.method) {
      throw new SipParseError("SIP_PARSE_HEADER", "CSeq names another method", { header: "CSeq" });
    }
    return message;
  } catch (error) {
    throw refuse(error as SipParseError, line, head);
  }
}

function readRequestLine(line: string, head: MessageHead): SipRequest {
  const { method, requestUriText } = parseRequestLine(line);
  return new SipRequest(method, requestUriText, parseUri(requestUriText), head);
}

function readStatusLine(line: string, head: MessageHead): SipResponse {
  const { statusCode, reasonPhrase } = parseStatusLine(line);
  return new SipResponse(statusCode, reasonPhrase, head);
}

function endOfStartLine(bytes: Uint8Array): number {
  let i = 0;
  while (i < bytes.length && bytes[i] !== 0x0d && bytes[i] !== 0x0a) i++;
  if (i === 0 || bytes[i] !== 0x0d || bytes[i + 1] !== 0x0a) {
    throw new SipParseError("SIP_PARSE_START_LINE", "There is no start line that ends with CRLF");
  }
  return i;
}
