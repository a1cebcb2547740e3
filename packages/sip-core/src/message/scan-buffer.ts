import { writeLatin1 } from "./latin1.ts";

/** Largest head that is read or made, in bytes. */
export const maxHeadBytes = 65_536;

/**
 * Where the head that is being read stands, from index 0, followed by zeros.
 *
 * Copying it here costs little and pays: for an array that is a constant of the program the compiler leaves out most of what an access
 * to just any buffer takes, the zeros end every scan without a comparison, and four bytes can be looked at as one word. Used within one
 * call at a time. Modules alias these to constants of their own, since an imported binding is checked whenever it is used.
 */
export const scanBytes: Uint8Array = new Uint8Array(maxHeadBytes + 8);
export const scanWords: DataView = new DataView(scanBytes.buffer);
const buffer = Buffer.from(scanBytes.buffer);

/** Puts the first `length` bytes there. */
export function loadScanBuffer(bytes: Uint8Array, length: number): void {
  scanBytes.set(bytes.length === length ? bytes : bytes.subarray(0, length));
  endScanBuffer(length);
}

/** Puts text there from index `start` on, of characters that are bytes; what stands before is not looked at. */
export function loadScanText(text: string, start: number): void {
  writeLatin1(buffer, text, start);
  endScanBuffer(start + text.length);
}

function endScanBuffer(length: number): void {
  scanWords.setInt32(length, 0);
  scanWords.setInt32(length + 4, 0);
}
