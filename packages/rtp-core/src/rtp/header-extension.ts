import { RtpError } from "../rtp-error.ts";
import type { RtpPacketView } from "./rtp-packet-view.ts";
import type { RtpHeaderExtension } from "./rtp-packet.ts";

/** One element of a header extension (RFC 8285). */
export interface HeaderExtensionElement {
  /** The local identifier from `a=extmap`: 1 … 14 in the one-byte form, 1 … 255 in the two-byte form. */
  readonly id: number;
  readonly data: Uint8Array;
}

const oneByteProfile = 0xbede;
const twoByteProfile = 0x1000;

/**
 * The elements of a packet's header extension in order (RFC 8285 §4.2, §4.3); none when it has another profile.
 *
 * Takes an {@link RtpPacketView} in place, or the extension of an `RtpPacket`. An element that reaches past the end ends the list.
 */
export function headerExtensionElements(source: RtpPacketView | RtpHeaderExtension): HeaderExtensionElement[] {
  if ("profile" in source) return readElements(source.profile, source.data, 0, source.data.length);
  return readElements(source.extensionProfile, source.buffer, source.extensionOffset, source.extensionOffset + source.extensionLength);
}

function readElements(profile: number, bytes: Uint8Array, start: number, end: number): HeaderExtensionElement[] {
  const oneByte = profile === oneByteProfile;
  const elements: HeaderExtensionElement[] = [];
  // "0x100" and four "appbits" announce the two-byte form (§4.3).
  if (!oneByte && profile >> 4 !== twoByteProfile >> 4) return elements;
  for (let at = start; at < end;) {
    const first = bytes[at]!;
    // "a padding byte has the value 0 … it MUST be ignored" (§4.1)
    if (first === 0) {
      at++;
      continue;
    }
    const id = oneByte ? first >> 4 : first;
    // "If the ID value 15 is used, its length field … MUST be ignored … processing of the entire extension MUST terminate" (§4.2)
    if (oneByte && id === 15) break;
    const length = oneByte ? (first & 0x0f) + 1 : bytes[at + 1]!;
    const dataStart = at + (oneByte ? 1 : 2);
    if (dataStart > end || dataStart + length > end) break;
    // "The local identifier value 0 … is reserved for padding and MUST NOT be used": with a length it is skipped.
    if (id !== 0) elements.push({ id, data: bytes.subarray(dataStart, dataStart + length) });
    at = dataStart + length;
  }
  return elements;
}

/**
 * Packs elements into a header extension: one-byte form when every element fits it (RFC 8285 §4.2), two-byte form otherwise.
 *
 * @throws {RtpError} `RTP_PACKET_INVALID` for an identifier outside 1 … 255 or data over 255 bytes.
 */
export function packHeaderExtension(elements: readonly HeaderExtensionElement[]): RtpHeaderExtension {
  const oneByte = elements.every(({ id, data }) => id <= 14 && data.length >= 1 && data.length <= 16);
  const bytes: number[] = [];
  for (const { id, data } of elements) {
    if (!Number.isInteger(id) || id < 1 || id > 255 || data.length > 255) {
      throw new RtpError("RTP_PACKET_INVALID", `header extension element ${id} of ${data.length} bytes does not fit RFC 8285`);
    }
    if (oneByte) bytes.push((id << 4) | (data.length - 1));
    else bytes.push(id, data.length);
    bytes.push(...data);
  }
  while (bytes.length % 4 !== 0) bytes.push(0);
  return { profile: oneByte ? oneByteProfile : twoByteProfile, data: Uint8Array.from(bytes) };
}
