import { DISPLAY, HOST, RECEIVED_URI_VALUE, RECEIVED_USER, TOKEN, URI_PARAMETER, VALUE } from "../grammar/character-class.ts";
import { isByteIn, skipBytes } from "./byte-class.ts";

/*
 * The shapes that fields ordinarily have, recognised in one pass over their bytes. Each function answers where the shape that begins
 * at `start` ends, or −1. What is recognised, the field's codec takes too; −1 means only that the codec must judge: white space in odd
 * places, escapes, IPv6, lists and everything malformed are left to it.
 */

/** Where the parts are of what was recognised last. */
export interface FoundParts {
  /** The value of the first `branch` or `tag` parameter; −1 when there is none. */
  wantedStart: number;
  wantedEnd: number;
  transportEnd: number;
  hostEnd: number;
  /** 0 when not written. */
  port: number;
  parametersStart: number;
}

export const found: FoundParts = { wantedStart: -1, wantedEnd: -1, transportEnd: 0, hostEnd: 0, port: 0, parametersStart: 0 };

/** `SIP/2.0/UDP host:port;branch=…` (RFC 3261 §25.1 via-parm). */
export function endOfVia(bytes: Uint8Array, start: number, end: number): number {
  const isSip20 =
    end - start > 12 &&
    bytes[start] === 0x53 &&
    bytes[start + 1] === 0x49 &&
    bytes[start + 2] === 0x50 &&
    bytes[start + 3] === 0x2f &&
    bytes[start + 4] === 0x32 &&
    bytes[start + 5] === 0x2e &&
    bytes[start + 6] === 0x30 &&
    bytes[start + 7] === 0x2f;
  if (!isSip20) return -1;
  const transportEnd = skipBytes(bytes, start + 8, end, TOKEN);
  if (transportEnd === start + 8 || transportEnd === end || bytes[transportEnd] !== 0x20) return -1;
  const hostportEnd = endOfHostport(bytes, transportEnd + 1, end);
  if (hostportEnd < 0) return -1;
  found.transportEnd = transportEnd;
  found.parametersStart = hostportEnd;
  return endOfParameters(bytes, hostportEnd, end, "branch");
}

/** `"Name" <sip:user@host>;tag=…` (RFC 3261 §25.1 name-addr and its parameters), with a SIP or SIPS URI. */
export function endOfAddress(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  if (i < end && bytes[i] === 0x22) {
    i = endOfQuotedString(bytes, i, end);
    if (i < 0) return -1;
    while (i < end && bytes[i] === 0x20) i++;
  } else if (i < end && bytes[i] !== 0x3c) {
    i = skipBytes(bytes, i, end, DISPLAY);
  }
  if (i >= end || bytes[i] !== 0x3c) return -1;
  i = endOfSipUri(bytes, i + 1, end);
  return i < 0 || i >= end || bytes[i] !== 0x3e ? -1 : endOfParameters(bytes, i + 1, end, "tag");
}

/** `sip:user@host:port;parameters` (RFC 3261 §25.1 SIP-URI, SIPS-URI). */
export function endOfSipUri(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 6 || (bytes[start]! | 0x20) !== 0x73 || (bytes[start + 1]! | 0x20) !== 0x69) return -1;
  if ((bytes[start + 2]! | 0x20) !== 0x70) return -1;
  const colon = (bytes[start + 3]! | 0x20) === 0x73 ? start + 4 : start + 3;
  if (bytes[colon] !== 0x3a) return -1;
  const userEnd = skipBytes(bytes, colon + 1, end, RECEIVED_USER);
  const hasUser = userEnd > colon + 1 && userEnd < end && bytes[userEnd] === 0x40;
  let i = endOfHostport(bytes, hasUser ? userEnd + 1 : colon + 1, end);
  while (i >= 0 && i < end && bytes[i] === 0x3b) {
    const nameEnd = skipBytes(bytes, i + 1, end, URI_PARAMETER);
    if (nameEnd === i + 1) return -1;
    i = nameEnd < end && bytes[nameEnd] === 0x3d ? skipBytes(bytes, nameEnd + 1, end, RECEIVED_URI_VALUE) : nameEnd;
  }
  return i;
}

/** `type/subtype;parameters` (RFC 3261 §25.1 media-type). */
export function endOfMediaType(bytes: Uint8Array, start: number, end: number): number {
  const slash = skipBytes(bytes, start, end, TOKEN);
  if (slash === start || slash >= end || bytes[slash] !== 0x2f) return -1;
  const subtypeEnd = skipBytes(bytes, slash + 1, end, TOKEN);
  return subtypeEnd === slash + 1 ? -1 : endOfParameters(bytes, subtypeEnd, end, "tag");
}

/** A host name or IPv4 address, and a port. A name that ends in digits must be an address. */
function endOfHostport(bytes: Uint8Array, start: number, end: number): number {
  let labelStart = start;
  let dots = 0;
  let octet = 0;
  let isNumeric = true;
  let isAddress = true;
  let i = start;
  for (; i < end; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x30 && byte <= 0x39) octet = (octet * 10 + byte - 0x30) & 0xffff;
    else if (byte === 0x2e) {
      if (i === labelStart) return -1;
      if (!isNumeric || octet > 255 || i - labelStart > 3) isAddress = false;
      isNumeric = true;
      octet = 0;
      dots++;
      labelStart = i + 1;
    } else if (isByteIn(byte, HOST)) isNumeric = false;
    else break;
  }
  if (i === labelStart) return -1;
  if (isNumeric && (!isAddress || dots !== 3 || octet > 255 || i - labelStart > 3)) return -1;
  found.hostEnd = i;
  found.port = 0;
  return i < end && bytes[i] === 0x3a ? endOfPort(bytes, i + 1, end) : i;
}

/** 1 to 65535. */
function endOfPort(bytes: Uint8Array, start: number, end: number): number {
  let port = 0;
  let i = start;
  for (; i < end && port < 65_536; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) break;
    port = port * 10 + digit;
  }
  found.port = port;
  return port > 0 && port < 65_536 ? i : -1;
}

/** `;name=value` and so on, without white space. Notes the value of the first parameter named `wanted`. */
function endOfParameters(bytes: Uint8Array, start: number, end: number, wanted: "branch" | "tag"): number {
  found.wantedStart = -1;
  let i = start;
  while (i < end && bytes[i] === 0x3b) {
    const nameStart = i + 1;
    const nameEnd = skipBytes(bytes, nameStart, end, TOKEN);
    if (nameEnd === nameStart) return -1;
    i = nameEnd;
    const isWanted = found.wantedStart < 0 && isNamed(bytes, nameStart, nameEnd, wanted);
    if (i < end && bytes[i] === 0x3d) {
      const valueStart = i + 1;
      const isQuoted = valueStart < end && bytes[valueStart] === 0x22;
      i = isQuoted ? endOfQuotedString(bytes, valueStart, end) : skipBytes(bytes, valueStart, end, VALUE);
      if (i < 0 || (isWanted && (isQuoted || i === valueStart))) return -1;
      if (isWanted) {
        found.wantedStart = valueStart;
        found.wantedEnd = i;
      }
    } else if (isWanted) return -1;
  }
  return i;
}

/** Whether the name at `start` … `end` is `name` in either case. */
function isNamed(bytes: Uint8Array, start: number, end: number, name: "branch" | "tag"): boolean {
  if (end - start !== name.length || (bytes[start]! | 0x20) !== name.charCodeAt(0)) return false;
  for (let i = 1; i < name.length; i++) if ((bytes[start + i]! | 0x20) !== name.charCodeAt(i)) return false;
  return true;
}

/** The index after the closing quote; −1 when there is none, or a byte that needs a closer look. */
function endOfQuotedString(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start + 1; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === 0x22) return i + 1;
    if (byte < 0x20 || byte >= 0x7f) return -1;
    if (byte === 0x5c && (++i >= end || bytes[i]! < 0x20 || bytes[i]! >= 0x7f)) return -1;
  }
  return -1;
}
