import { isHexDigit, isInClass, skipClass } from "./character-class.ts";

const utf8 = new TextDecoder();
const encoder = new TextEncoder();

/** Whether `%` at `index` begins an escape: "%" HEXDIG HEXDIG. */
export function isEscape(text: string, index: number, end: number): boolean {
  return index + 2 < end && isHexDigit(text.charCodeAt(index + 1)) && isHexDigit(text.charCodeAt(index + 2));
}

/** Skips characters of the class and escapes. The index of the first character that is neither. */
export function skipEscaped(text: string, start: number, end: number, bit: number): number {
  let i = skipClass(text, start, end, bit);
  while (i < end && text.charCodeAt(i) === 0x25 && isEscape(text, i, end)) i = skipClass(text, i + 3, end, bit);
  return i;
}

/** Replaces each escape by its octet, once and never again, and reads the octets as UTF-8 (RFC 3261 §19.1.2, RFC 3986 §2.4). */
export function decodeEscapes(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return decodeOctets(text);
  }
}

/** For escapes that are not UTF-8: what cannot be read becomes U+FFFD. */
function decodeOctets(text: string): string {
  const source = encoder.encode(text);
  let length = 0;
  for (let i = 0; i < source.length; i++) {
    const isEscaped = source[i] === 0x25 && i + 2 < source.length && isHexDigit(source[i + 1]!) && isHexDigit(source[i + 2]!);
    source[length++] = isEscaped ? Number.parseInt(String.fromCharCode(source[++i]!, source[++i]!), 16) : source[i]!;
  }
  return utf8.decode(source.subarray(0, length));
}

/** Escapes every character that is not in the class, as UTF-8 octets. */
export function encodeEscapes(text: string, bit: number): string {
  let escaped = "";
  for (const octet of encoder.encode(text)) {
    escaped += isInClass(octet, bit) && octet < 0x80 ? String.fromCharCode(octet) : `%${octet.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return escaped;
}
