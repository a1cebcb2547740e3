/**
 * The index after the closing quote of the quoted-string that opens at `start`; −1 when it does not close, or holds a
 * control character that is not escaped (RFC 3261 §25.1 qdtext, quoted-pair; CR and LF cannot be escaped).
 */
export function endOfQuotedString(text: string, start: number, end: number): number {
  for (let i = start + 1; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) return i + 1;
    if (code === 0x5c) {
      const escaped = text.charCodeAt(++i);
      if (escaped === 0x0d || escaped === 0x0a) return -1;
    } else if ((code < 0x20 && code !== 0x09) || code === 0x7f) {
      return -1;
    }
  }
  return -1;
}

/** What stands between the quotes at `start` and `end - 1`, each quoted-pair replaced by its character. */
export function unquote(text: string, start: number, end: number): string {
  const content = text.slice(start + 1, end - 1);
  return content.includes("\\") ? content.replace(/\\([\s\S])/g, "$1") : content;
}

// DQUOTE and "\" must be escaped; control characters may appear only in a quoted-pair.
const mustEscape = /["\\\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;

/** Writes a quoted-string. The text must not hold CR or LF. */
export function quote(text: string): string {
  return `"${text.replace(mustEscape, "\\$&")}"`;
}
