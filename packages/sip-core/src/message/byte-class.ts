import * as characterClass from "../grammar/character-class.ts";
import { scanBytes } from "./scan-buffer.ts";

const bytes = scanBytes;

/** The character classes of the grammar for bytes. */
export const byteClasses: Uint16Array = new Uint16Array(256);
const classes = byteClasses;
for (let byte = 0; byte < 0x80; byte++) {
  for (let bit = 1; bit < 0x10000; bit <<= 1) if (characterClass.isInClass(byte, bit)) classes[byte]! |= bit;
}

/** The index of the first byte at or after `start` that is not in the class; none is in the zeros after the head. */
export function skipBytes(start: number, bit: number): number {
  let i = start;
  while ((classes[bytes[i]!]! & bit) !== 0) i++;
  return i;
}

/** SP or HTAB. */
export function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09;
}
