/**
 * Character classes of RFC 3261 §25.1 as bits of one table, so that a scanner asks one load and one mask per character.
 * The table has an entry for every UTF-16 unit: no look-up is ever out of bounds.
 */
const classes = new Uint16Array(0x10000);

/** `token` characters. */
export const TOKEN = 1;
/** Characters of the user part of a SIP URI other than `%`: `unreserved / user-unreserved`. */
export const USER = 2;
/** Characters of a SIP URI password other than `%`. */
export const PASSWORD = 4;
/** `paramchar` of a URI parameter other than `%`. */
export const URI_PARAMETER = 8;
/** `hname` and `hvalue` characters of a URI's headers other than `%`. */
export const URI_HEADER = 16;
/** Characters of a host name; `_` is not in the grammar but in the field. */
export const HOST = 32;
/** Characters that an unquoted value of a header parameter may hold: `token / host`, and what the field adds. */
export const VALUE = 64;
/** Characters of a display name without quotes: tokens and white space, UTF-8, and punctuation that cannot be mistaken for a separator. */
export const DISPLAY = 128;
/** What is read as a user: {@link USER}, and `#`, which telephones send unescaped. */
export const RECEIVED_USER = 256;
/** What is read after the `=` of a URI parameter: {@link URI_PARAMETER}, and `=` (base64 values). */
export const RECEIVED_URI_VALUE = 512;
/** What is read after the `?` of a URI, separators included: {@link URI_HEADER}, and what senders forget to escape. */
export const RECEIVED_URI_HEADERS = 1024;
/** RFC 2396 `reserved`: not equivalent to their escapes. */
export const RESERVED = 2048;

const alphanum = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const unreserved = `${alphanum}-_.!~*'()`;

function define(bit: number, characters: string): void {
  for (let i = 0; i < characters.length; i++) classes[characters.charCodeAt(i)]! |= bit;
}

define(TOKEN, `${alphanum}-.!%*_+\`'~`);
define(USER, `${unreserved}&=+$,;?/`);
define(PASSWORD, `${unreserved}&=+$,`);
define(URI_PARAMETER, `${unreserved}[]/:&+$`);
define(URI_HEADER, `${unreserved}[]/?:+$`);
define(HOST, `${alphanum}-._`);
define(VALUE, `${alphanum}-.!%*_+\`'~[]:/=@?&$()#|^{}`);
define(DISPLAY, `${alphanum}-.!%*_+\`'~ \t()@[]/=?&$#^{}|`);
classes.fill(DISPLAY, 0xa0);
define(RECEIVED_USER, `${unreserved}&=+$,;?/#`);
define(RECEIVED_URI_VALUE, `${unreserved}[]/:&+$=`);
define(RECEIVED_URI_HEADERS, `${unreserved}[]/?:+$=&@;,`);
define(RESERVED, ";/?:@&=+$,");

export function isInClass(code: number, bit: number): boolean {
  return (classes[code]! & bit) !== 0;
}

/** The index of the first character at or after `start` that is not in the class. */
export function skipClass(text: string, start: number, end: number, bit: number): number {
  let i = start;
  while (i < end && (classes[text.charCodeAt(i)]! & bit) !== 0) i++;
  return i;
}

/** Skips SP and HTAB: header values are unfolded before they are parsed (RFC 3261 §7.3.1). */
export function skipWhitespace(text: string, start: number, end: number): number {
  let i = start;
  while (i < end) {
    const code = text.charCodeAt(i);
    if (code !== 0x20 && code !== 0x09) break;
    i++;
  }
  return i;
}

/** The index after the last character before `end` that is not white space. */
export function trimEnd(text: string, start: number, end: number): number {
  let i = end;
  while (i > start) {
    const code = text.charCodeAt(i - 1);
    if (code !== 0x20 && code !== 0x09) break;
    i--;
  }
  return i;
}

/** Whether `text` is a `token` (RFC 3261 §25.1): 1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" / "+" / "`" / "'" / "~"). */
export function isToken(text: string): boolean {
  return text.length > 0 && skipClass(text, 0, text.length, TOKEN) === text.length;
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

export function skipDigits(text: string, start: number, end: number): number {
  let i = start;
  while (i < end && isDigit(text.charCodeAt(i))) i++;
  return i;
}

export function isHexDigit(code: number): boolean {
  return isDigit(code) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
}

/** Whether `text` continues with `other` at `start`: ASCII letters without regard to case, every other character exactly. */
export function startsWithIgnoreCase(text: string, start: number, other: string): boolean {
  if (text.length - start < other.length) return false;
  for (let i = 0; i < other.length; i++) {
    const a = text.charCodeAt(start + i);
    const b = other.charCodeAt(i);
    if (a === b) continue;
    const lower = a | 0x20;
    if (lower !== (b | 0x20) || lower < 0x61 || lower > 0x7a) return false;
  }
  return true;
}

/** Whether both are the same text, ASCII letters without regard to case. */
export function equalsIgnoreCase(a: string, b: string): boolean {
  return a.length === b.length && startsWithIgnoreCase(a, 0, b);
}

/** Whether the text holds CR, LF or NUL, which no SIP field may carry (they would end the field or the string elsewhere). */
export function hasLineBreakOrNul(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x0d || code === 0x0a || code === 0) return true;
  }
  return false;
}
