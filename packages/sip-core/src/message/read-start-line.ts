import { SipParseError } from "../errors.ts";
import { TOKEN } from "../grammar/character-class.ts";
import { SipUri } from "../uri/sip-uri.ts";
import { parseUri, type Uri } from "../uri/uri.ts";
import { skipBytes } from "./byte-class.ts";
import type { MessageHead } from "./message-head.ts";
import { methodAt } from "./method.ts";
import { endOfSipUri } from "./ordinary-shapes.ts";
import { SipRequest } from "./sip-request.ts";
import { SipResponse } from "./sip-response.ts";
import { isStatusLine, parseRequestLine, parseStatusLine } from "./start-line.ts";

/** The message that the start line, which ends at `lineEnd`, makes of the head. Throws {@link SipParseError}. */
export function readStartLine(head: MessageHead, bytes: Uint8Array, lineEnd: number): SipRequest | SipResponse {
  const { text } = head;
  // Method SP Request-URI SP "SIP/2.0", with a SIP or SIPS URI in its ordinary shape
  const methodEnd = skipBytes(bytes, 0, lineEnd, TOKEN);
  const uriStart = methodEnd + 1;
  const uriEnd = lineEnd - 8;
  const isOrdinary = bytes[methodEnd] === 0x20 && text.startsWith(" SIP/2.0", uriEnd) && endOfSipUri(bytes, uriStart, uriEnd) === uriEnd;
  if (isOrdinary && methodEnd > 0) return new SipRequest(methodAt(text, 0, methodEnd), text.slice(uriStart, uriEnd), undefined, head);

  const line = text.slice(0, lineEnd);
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
