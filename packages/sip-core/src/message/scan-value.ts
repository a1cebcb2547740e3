import { isBlank } from "./byte-class.ts";
import { FOLDED, NON_ASCII } from "./message-head.ts";

/** What was seen in the value that was scanned last. */
export interface ScannedValue {
  /** {@link FOLDED}, {@link NON_ASCII}. */
  flags: number;
  /** Why the line is no header field; undefined when it may be one. */
  problem: string | undefined;
}

export const scanned: ScannedValue = { flags: 0, problem: undefined };

/** The index after the CRLF that ends a field: one that no blank follows (RFC 3261 §7.3.1). `end` when there is none. */
export function endOfField(bytes: Uint8Array, start: number, end: number): number {
  scanned.flags = 0;
  scanned.problem = undefined;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x20 && byte < 0x7f) continue;
    if (byte >= 0x80) scanned.flags |= NON_ASCII;
    else if (byte === 0x0d && i + 1 < end && bytes[i + 1] === 0x0a) {
      if (i + 2 === end || !isBlank(bytes[i + 2])) return i + 2;
      scanned.flags |= FOLDED;
      i++;
    } else if (byte !== 0x09 && (byte === 0x0d || byte === 0x0a || bytes[i - 1] !== 0x5c)) {
      scanned.problem = "A header field holds a control character";
    }
  }
  scanned.problem = "The last header field does not end with CRLF";
  return end;
}
