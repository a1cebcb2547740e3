import { skipClass, skipWhitespace, TOKEN, VALUE } from "./character-class.ts";
import { endOfQuotedString } from "./quoted-string.ts";

/**
 * Whether `start` … `end` is `*( SEMI generic-param )` and nothing else, white space around `;` and `=` allowed
 * (RFC 3261 §25.1). A name without its value (`;x=`) is taken; an empty parameter (`;;`) is not (RFC 4475 §3.1.2.1).
 */
export function isParameterList(text: string, start: number, end: number): boolean {
  let i = skipWhitespace(text, start, end);
  while (i < end) {
    if (text.charCodeAt(i) !== 0x3b) return false;
    const nameStart = skipWhitespace(text, i + 1, end);
    i = skipClass(text, nameStart, end, TOKEN);
    if (i === nameStart) return false;
    if (i < end && text.charCodeAt(i) !== 0x3b) {
      i = endOfValue(text, i, end);
      if (i < 0) return false;
    }
  }
  return true;
}

/** SWS [ EQUAL ( token / host / quoted-string ) SWS ]: the index after it, or −1. */
function endOfValue(text: string, nameEnd: number, end: number): number {
  const equals = skipWhitespace(text, nameEnd, end);
  if (equals === end || text.charCodeAt(equals) !== 0x3d) return equals;
  const start = skipWhitespace(text, equals + 1, end);
  const isQuoted = start < end && text.charCodeAt(start) === 0x22;
  const valueEnd = isQuoted ? endOfQuotedString(text, start, end) : skipClass(text, start, end, VALUE);
  return valueEnd < 0 ? -1 : skipWhitespace(text, valueEnd, end);
}
