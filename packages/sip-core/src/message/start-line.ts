import { SipParseError } from "../errors.ts";
import { fromWire } from "./latin1.ts";
import { isToken } from "../grammar/character-class.ts";
import { excerpt } from "../grammar/excerpt.ts";

/** The parts of a Request-Line (RFC 3261 §7.1). */
export interface RequestLine {
  readonly method: string;
  readonly requestUriText: string;
}

/** The parts of a Status-Line (RFC 3261 §7.2). */
export interface StatusLine {
  readonly statusCode: number;
  readonly reasonPhrase: string;
}

const version = "SIP/2.0";

/** Whether the line begins as a Status-Line does: a method holds no `/`. */
export function isStatusLine(line: string): boolean {
  return line.startsWith("SIP/") || /^sip\//i.test(line);
}

/** Request-Line = Method SP Request-URI SP SIP-Version, with single spaces and nothing around them. Does not look into the URI. */
export function parseRequestLine(line: string): RequestLine {
  const methodEnd = line.indexOf(" ");
  const uriEnd = line.indexOf(" ", methodEnd + 1);
  if (methodEnd <= 0 || uriEnd <= methodEnd + 1) throw malformed("Request-Line", line);
  const method = line.slice(0, methodEnd);
  if (!isToken(method)) throw malformed("Request-Line", line);
  if (!line.endsWith(version) || line.length !== uriEnd + 1 + version.length) checkVersion(line.slice(uriEnd + 1), line);
  return { method, requestUriText: line.slice(methodEnd + 1, uriEnd) };
}

/** Status-Line = SIP-Version SP Status-Code SP Reason-Phrase; the SP before an empty phrase may be missing. The phrase is UTF-8. */
export function parseStatusLine(line: string): StatusLine {
  if (!line.startsWith("SIP/2.0 ")) checkVersion(line.slice(0, Math.max(line.indexOf(" "), 0)), line);
  const hundreds = line.charCodeAt(8) - 0x30;
  const tens = line.charCodeAt(9) - 0x30;
  const ones = line.charCodeAt(10) - 0x30;
  const isCode = hundreds >= 1 && hundreds <= 6 && tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9;
  if (!isCode || (line.length > 11 && line.charCodeAt(11) !== 0x20)) throw malformed("Status-Line", line);
  const reasonPhrase = line.slice(12);
  for (let i = 0; i < reasonPhrase.length; i++)
    if (reasonPhrase.charCodeAt(i) < 0x20 && reasonPhrase[i] !== "\t") throw malformed("Status-Line", line);
  return { statusCode: hundreds * 100 + tens * 10 + ones, reasonPhrase: fromWire(reasonPhrase) };
}

/** "The SIP-Version string is case-insensitive, but implementations MUST send upper-case." (RFC 3261 §7.1) */
function checkVersion(text: string, line: string): void {
  if (text.toUpperCase() === version) return;
  if (/^SIP\/\d+\.\d+$/i.test(text)) {
    throw new SipParseError("SIP_PARSE_VERSION", `Not SIP/2.0: ${excerpt(text)}`, { statusCode: 505 });
  }
  throw malformed("start line", line);
}

function malformed(what: string, line: string): SipParseError {
  return new SipParseError("SIP_PARSE_START_LINE", `Not a ${what}: ${excerpt(line)}`);
}
