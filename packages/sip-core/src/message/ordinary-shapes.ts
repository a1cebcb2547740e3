import * as characterClass from "../grammar/character-class.ts";
import * as byteClass from "./byte-class.ts";
import { scanBytes, scanWords } from "./scan-buffer.ts";

/*
 * The shapes that fields ordinarily have, recognised in one pass over the scan buffer. Each function answers where the shape that
 * begins at `start` ends, or −1. What is recognised, the field's codec takes too; −1 means only that the codec must judge: white space
 * in odd places, escapes, IPv6, lists and everything malformed are left to it.
 */

const { DISPLAY, HOST, RECEIVED_URI_VALUE, RECEIVED_USER, TOKEN, URI_PARAMETER, VALUE } = characterClass;
const { byteClasses: classes, skipBytes } = byteClass;
const bytes = scanBytes;
const words = scanWords;

/** Where the parts are of what was recognised last. */
export interface FoundParts {
  /** The value of the first `branch` or `tag` parameter; −1 when there is none. */
  wantedStart: number;
  wantedEnd: number;
  transportEnd: number;
  uriStart: number;
  userStart: number;
  /** −1 without a user. */
  userEnd: number;
  hostEnd: number;
  /** 0 when not written. */
  port: number;
  hostportEnd: number;
  uriEnd: number;
}

export const found: FoundParts = {
  wantedStart: -1,
  wantedEnd: -1,
  transportEnd: 0,
  uriStart: 0,
  userStart: 0,
  userEnd: -1,
  hostEnd: 0,
  port: 0,
  hostportEnd: 0,
  uriEnd: 0,
};

/** `SIP/2.0/UDP host:port;branch=…` (RFC 3261 §25.1 via-parm). */
export function endOfVia(start: number): number {
  if (words.getInt32(start) !== 0x5349502f || words.getInt32(start + 4) !== 0x322e302f) return -1;
  const transportEnd = skipBytes(start + 8, TOKEN);
  if (transportEnd === start + 8 || bytes[transportEnd] !== 0x20) return -1;
  const hostportEnd = endOfHostport(transportEnd + 1);
  if (hostportEnd < 0) return -1;
  found.transportEnd = transportEnd;
  found.hostportEnd = hostportEnd;
  return endOfParameters(hostportEnd, "branch");
}

/** `"Name" <sip:user@host>;tag=…` (RFC 3261 §25.1 name-addr and its parameters), with a SIP or SIPS URI. */
export function endOfAddress(start: number): number {
  let i = start;
  if (bytes[i] === 0x22) {
    i = endOfQuotedString(i);
    if (i < 0) return -1;
    while (bytes[i] === 0x20) i++;
  } else if (bytes[i] !== 0x3c) {
    i = skipBytes(i, DISPLAY);
  }
  if (bytes[i] !== 0x3c) return -1;
  found.uriStart = i + 1;
  i = endOfSipUri(i + 1);
  found.uriEnd = i;
  return i < 0 || bytes[i] !== 0x3e ? -1 : endOfParameters(i + 1, "tag");
}

/** `sip:user@host:port;parameters` (RFC 3261 §25.1 SIP-URI, SIPS-URI), the scheme in lower case. */
export function endOfSipUri(start: number): number {
  const scheme = words.getInt32(start);
  const isSips = scheme === 0x73697073 && bytes[start + 4] === 0x3a;
  if (scheme !== 0x7369703a && !isSips) return -1;
  const userStart = isSips ? start + 5 : start + 4;
  const userEnd = skipBytes(userStart, RECEIVED_USER);
  const hasUser = userEnd > userStart && bytes[userEnd] === 0x40;
  let i = endOfHostport(hasUser ? userEnd + 1 : userStart);
  found.userStart = userStart;
  found.userEnd = hasUser ? userEnd : -1;
  found.hostportEnd = i;
  while (i >= 0 && bytes[i] === 0x3b) {
    const nameEnd = skipBytes(i + 1, URI_PARAMETER);
    if (nameEnd === i + 1) return -1;
    i = bytes[nameEnd] === 0x3d ? skipBytes(nameEnd + 1, RECEIVED_URI_VALUE) : nameEnd;
  }
  return i;
}

/** `type/subtype;parameters` (RFC 3261 §25.1 media-type). */
export function endOfMediaType(start: number): number {
  const slash = skipBytes(start, TOKEN);
  if (slash === start || bytes[slash] !== 0x2f) return -1;
  const subtypeEnd = skipBytes(slash + 1, TOKEN);
  return subtypeEnd === slash + 1 ? -1 : endOfParameters(subtypeEnd, "tag");
}

/** Visible ASCII, four bytes at a time: no byte of a word is below `!` or above `~`. */
export function endOfVisible(start: number): number {
  let i = start;
  for (;;) {
    const word = words.getInt32(i);
    if (((word | (word - 0x21212121) | (word + 0x01010101)) & 0x80808080) !== 0) break;
    i += 4;
  }
  while (bytes[i]! > 0x20 && bytes[i]! < 0x7f) i++;
  return i;
}

export function endOfDigits(start: number): number {
  let i = start;
  while (bytes[i]! >= 0x30 && bytes[i]! <= 0x39) i++;
  return i;
}

/** A host name or IPv4 address, and a port. A name that ends in digits must be an address. */
function endOfHostport(start: number): number {
  let labelStart = start;
  let dots = 0;
  let octet = 0;
  let isNumeric = true;
  let isAddress = true;
  let i = start;
  for (; ; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x30 && byte <= 0x39) octet = (octet * 10 + byte - 0x30) & 0xffff;
    else if (byte === 0x2e) {
      if (i === labelStart) return -1;
      if (!isNumeric || octet > 255 || i - labelStart > 3) isAddress = false;
      isNumeric = true;
      octet = 0;
      dots++;
      labelStart = i + 1;
    } else if ((classes[byte]! & HOST) !== 0) isNumeric = false;
    else break;
  }
  if (i === labelStart) return -1;
  if (isNumeric && (!isAddress || dots !== 3 || octet > 255 || i - labelStart > 3)) return -1;
  found.hostEnd = i;
  found.port = 0;
  return bytes[i] === 0x3a ? endOfPort(i + 1) : i;
}

/** 1 to 65535. */
function endOfPort(start: number): number {
  let port = 0;
  let i = start;
  for (; port < 65_536; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) break;
    port = port * 10 + digit;
  }
  found.port = port;
  return port > 0 && port < 65_536 ? i : -1;
}

/** `;name=value` and so on, without white space. Notes the value of the first parameter named `wanted`. */
function endOfParameters(start: number, wanted: "branch" | "tag"): number {
  found.wantedStart = -1;
  let i = start;
  while (bytes[i] === 0x3b) {
    const nameStart = i + 1;
    const nameEnd = skipBytes(nameStart, TOKEN);
    if (nameEnd === nameStart) return -1;
    i = nameEnd;
    const isWanted = found.wantedStart < 0 && isNamed(nameStart, nameEnd, wanted);
    if (bytes[i] === 0x3d) {
      const valueStart = i + 1;
      const isQuoted = bytes[valueStart] === 0x22;
      i = isQuoted ? endOfQuotedString(valueStart) : skipBytes(valueStart, VALUE);
      if (i < 0 || (isWanted && (isQuoted || i === valueStart))) return -1;
      if (isWanted) {
        found.wantedStart = valueStart;
        found.wantedEnd = i;
      }
    } else if (isWanted) return -1;
  }
  return i;
}

/** Whether the name at `start` … `end`, which is a token, is `name` in either case. */
function isNamed(start: number, end: number, name: "branch" | "tag"): boolean {
  if (end - start !== name.length || (bytes[start]! | 0x20) !== name.charCodeAt(0)) return false;
  for (let i = 1; i < name.length; i++) if ((bytes[start + i]! | 0x20) !== name.charCodeAt(i)) return false;
  return true;
}

/** The index after the closing quote; −1 when there is none, or a byte that needs a closer look. */
function endOfQuotedString(start: number): number {
  for (let i = start + 1; ; i++) {
    const byte = bytes[i]!;
    if (byte === 0x22) return i + 1;
    if (byte < 0x20 || byte >= 0x7f) return -1;
    if (byte === 0x5c && (bytes[++i]! < 0x20 || bytes[i]! >= 0x7f)) return -1;
  }
}
