/** What Node's Buffer offers beneath `toString` and `write`, without their dispatch on the encoding's name. */
interface Latin1Buffer {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
  latin1Write(text: string, offset: number): number;
}

// `Buffer` is looked up among the globals on every use; these are not.
const { latin1Slice } = Buffer.prototype as unknown as Latin1Buffer;
const { allocUnsafe } = Buffer;

/** The first `length` bytes as characters, one each. */
export function readLatin1(bytes: Uint8Array, length: number): string {
  return latin1Slice.call(bytes, 0, length);
}

/** A buffer that holds `text`, of characters that are bytes, and has room for `more` bytes after it. */
export function toLatin1(text: string, more: number): Buffer {
  const bytes = allocUnsafe(text.length + more);
  writeLatin1(bytes, text, 0);
  return bytes;
}

/** Writes characters up to U+00FF as bytes. */
export function writeLatin1(target: Buffer, text: string, offset: number): void {
  (target as unknown as Latin1Buffer).latin1Write(text, offset);
}

/** Text as the bytes of its UTF-8, one character each. */
export function toWire(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** The text whose UTF-8 the characters are. */
export function fromWire(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, "latin1").toString("utf8");
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return false;
  return true;
}

/** Whether every character is from SP to `~`: such text is the same on the wire. */
export function isPrintableAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}
