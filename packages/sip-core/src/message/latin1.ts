/** What Node's Buffer offers beneath `toString` and `write`, without their dispatch on the encoding's name. */
interface Latin1Buffer {
  latin1Slice(start: number, end: number): string;
  latin1Write(text: string, offset: number): number;
}

/** The first `length` bytes as characters, one each. */
export function readLatin1(bytes: Uint8Array, length: number): string {
  const buffer = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return (buffer as unknown as Latin1Buffer).latin1Slice(0, length);
}

/** Writes characters up to U+00FF as bytes. */
export function writeLatin1(target: Buffer, text: string, offset: number): void {
  (target as unknown as Latin1Buffer).latin1Write(text, offset);
}
