import { SipParseError } from "../errors.ts";
import { TOKEN } from "../grammar/character-class.ts";
import { SipUri } from "../uri/sip-uri.ts";
import { parseUri, type Uri } from "../uri/uri.ts";
import { skipBytes } from "./byte-class.ts";
import type { MessageHead } from "./message-head.ts";
import { methodAt } from "./method.ts";
import { endOfSipUri } from "./ordinary-shapes.ts";
import { scanBytes, scanWords } from "./scan-buffer.ts";
import { SipRequest } from "./sip-request.ts";
import { SipResponse } from "./sip-response.ts";
import { isStatusLine, parseRequestLine, parseStatusLine } from "./start-line.ts";

const bytes = scanBytes;
const words = scanWords;

/** The message that the start line, which ends at `lineEnd` of the scan buffer, makes of the head. Throws {@link SipParseError}. */
export function readStartLine(head: MessageHead, lineEnd: number): SipRequest | SipResponse {
  return (
    readOrdinaryStatusLine(head, lineEnd) ?? readOrdinaryRequestLine(head, lineEnd) ?? readAnyStartLine(head, head.text.slice(0, lineEnd))
  );
}

/** `SIP/2.0 200 OK`, in ASCII. */
function readOrdinaryStatusLine(head: MessageHead, lineEnd: number): SipResponse | undefined {
  if (words.getInt32(0) !== 0x5349502f || words.getInt32(4) !== 0x322e3020 || lineEnd < 12 || bytes[11] !== 0x20) return undefined;
  const hundreds = bytes[8]! - 0x30;
  const tens = bytes[9]! - 0x30;
  const ones = bytes[10]! - 0x30;
  if (hundreds < 1 || hundreds > 6 || tens < 0 || tens > 9 || ones < 0 || ones > 9) return undefined;
  for (let i = 12; i < lineEnd; i++) if (bytes[i]! >= 0x80) return undefined;
  return new SipResponse(hundreds * 100 + tens * 10 + ones, head.text.slice(12, lineEnd), head);
}

/** `INVITE sip:user@host SIP/2.0` with a SIP or SIPS URI in its ordinary shape. */
function readOrdinaryRequestLine(head: MessageHead, lineEnd: number): SipRequest | undefined {
  const methodEnd = skipBytes(0, TOKEN);
  if (methodEnd === 0 || bytes[methodEnd] !== 0x20) return undefined;
  const uriEnd = endOfSipUri(methodEnd + 1);
  const isWhole = uriEnd === lineEnd - 8 && words.getInt32(uriEnd) === 0x20534950 && words.getInt32(uriEnd + 4) === 0x2f322e30;
  return isWhole ? new SipRequest(methodAt(head.text, 0, methodEnd), head.text.slice(methodEnd + 1, uriEnd), undefined, head) : undefined;
}

function readAnyStartLine(head: MessageHead, line: string): SipRequest | SipResponse {
  if (isStatusLine(line)) {
    const { statusCode, reasonPhrase } = parseStatusLine(line);
    return new SipResponse(statusCode, reasonPhrase, head);
  }
  const { method, requestUriText } = parseRequestLine(line);
  return new SipRequest(method, requestUriText, readRequestUri(requestUriText), head);
}

function readRequestUri(text: string): Uri {
  const uri = parseUri(text);
  // Headers are "not allowed" in a Request-URI (RFC 3261 §19.1.1, Table 1).
  if (uri instanceof SipUri && !uri.headers.isEmpty) throw new SipParseError("SIP_PARSE_START_LINE", "The Request-URI has headers");
  return uri;
}
