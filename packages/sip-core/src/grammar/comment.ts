/** The index after the `)` that closes the comment which opens at `start`, comments inside included; −1 when it does not close (RFC 3261 §25.1). */
export function endOfComment(text: string, start: number, end: number): number {
  let depth = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x5c) i++;
    else if (code === 0x28) depth++;
    else if (code === 0x29 && --depth === 0) return i + 1;
  }
  return -1;
}

/** What stands between the parentheses at `start` and `end - 1`; comments inside stay as they are, a quoted-pair becomes its character. */
export function readComment(text: string, start: number, end: number): string {
  return text.slice(start + 1, end - 1).replace(/\\([\s\S])/g, "$1");
}

/** Writes a comment; parentheses and backslashes are escaped. The text must not hold CR or LF. */
export function writeComment(text: string): string {
  return `(${text.replace(/[()\\]/g, "\\$&")})`;
}
