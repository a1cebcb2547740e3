import { isInClass } from "../grammar/character-class.ts";

/** The character classes of the grammar for the bytes of ASCII: bytes are read at half the cost of a string's characters. */
const classes = new Uint16Array(256);
for (let byte = 0; byte < 0x80; byte++) for (let bit = 1; bit < 0x10000; bit <<= 1) if (isInClass(byte, bit)) classes[byte]! |= bit;

/** The index of the first byte at or after `start` that is not in the class. */
export function skipBytes(bytes: Uint8Array, start: number, end: number, bit: number): number {
  let i = start;
  while (i < end && (classes[bytes[i]!]! & bit) !== 0) i++;
  return i;
}

export function isByteIn(byte: number, bit: number): boolean {
  return (classes[byte]! & bit) !== 0;
}

/** SP or HTAB. */
export function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}

export function skipBlanks(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && isBlank(bytes[i]!)) i++;
  return i;
}
