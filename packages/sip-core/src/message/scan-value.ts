import { isBlank } from "./byte-class.ts";
import { FOLDED, NON_ASCII } from "./message-head.ts";
import { scanBytes, scanWords } from "./scan-buffer.ts";

const bytes = scanBytes;
const words = scanWords;

/** What was seen in the value that was scanned last. */
export interface ScannedValue {
  /** {@link FOLDED}, {@link NON_ASCII}. */
  flags: number;
  /** Why the line is no header field; undefined when it may be one. */
  problem: string | undefined;
}

export const scanned: ScannedValue = { flags: 0, problem: undefined };

/** The index after the CRLF that ends a field: one that no blank follows (RFC 3261 §7.3.1). `end` when there is none. */
export function endOfField(start: number, end: number): number {
  scanned.flags = 0;
  scanned.problem = undefined;
  for (let i = endOfPrintable(start); i < end; i = endOfPrintable(i + 1)) {
    const byte = bytes[i]!;
    if (byte >= 0x80) scanned.flags |= NON_ASCII;
    else if (byte === 0x0d && bytes[i + 1] === 0x0a) {
      if (!isBlank(bytes[i + 2]!)) return i + 2;
      scanned.flags |= FOLDED;
      i++;
    } else if (byte !== 0x09 && (byte === 0x0d || byte === 0x0a || bytes[i - 1] !== 0x5c)) {
      scanned.problem = "A header field holds a control character";
    }
  }
  scanned.problem = "The last header field does not end with CRLF";
  return end;
}

/** The first byte at or after `start` that is not from SP to `~`, looked for four bytes at a time. */
export function endOfPrintable(start: number): number {
  let i = start;
  for (;;) {
    const word = words.getInt32(i);
    if (((word | (word - 0x20202020) | (word + 0x01010101)) & 0x80808080) !== 0) break;
    i += 4;
  }
  while (bytes[i]! >= 0x20 && bytes[i]! < 0x7f) i++;
  return i;
}
