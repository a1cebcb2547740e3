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
    i = skipWhitespace(text, i, end);
    if (i < end && text.charCodeAt(i) === 0x3d) {
      i = skipWhitespace(text, i + 1, end);
      i = i < end && text.charCodeAt(i) === 0x22 ? endOfQuotedString(text, i, end) : skipClass(text, i, end, VALUE);
      if (i < 0) return false;
      i = skipWhitespace(text, i, end);
    }
  }
  return true;
}
