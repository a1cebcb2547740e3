import type { StunMessage } from "./stun-message.ts";

/** Type, length and CRC. */
export const fingerprintBytes = 8;

/** "XOR'ed with the 32-bit value 0x5354554e", which is "STUN". */
const stunMark = 0x5354554e;

const crcTable: Int32Array = Int32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The value over the first `length` bytes of a message whose length field counts the attribute already. */
export function fingerprintOf(bytes: Uint8Array, length: number): number {
  let crc = -1;
  for (let i = 0; i < length; i++) crc = (crcTable[(crc ^ (bytes[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  return (~crc ^ stunMark) >>> 0;
}

/** Whether the message ends with a FINGERPRINT that is right. */
export function isFingerprintValid(message: StunMessage): boolean {
  const { bytes, fingerprintOffset: offset } = message;
  // "The FINGERPRINT attribute … MUST be the last attribute in the message".
  if (offset < 0 || offset + fingerprintBytes !== bytes.length || bytes[offset + 3] !== 4 || bytes[offset + 2] !== 0) return false;
  const at = offset + 4;
  const sent =
    (((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)) >>>
    0;
  return sent === fingerprintOf(bytes, offset);
}
