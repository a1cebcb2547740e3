import { DISPLAY, HOST, RECEIVED_URI_VALUE, RECEIVED_USER, TOKEN, URI_PARAMETER, VALUE } from "../grammar/character-class.ts";
import { isNameAt, skipBytes } from "./byte-class.ts";

const tag = Uint8Array.of(0x74, 0x61, 0x67);
const branch = Uint8Array.of(0x62, 0x72, 0x61, 0x6e, 0x63, 0x68);

/**
 * Recognises the shapes that fields ordinarily have, in one pass over their bytes, and notes where the parts are.
 *
 * Each method answers whether the bytes `start` … `end` have that shape. A yes means that the field's codec takes them too; a no means
 * only that the codec must judge: white space in odd places, escapes, IPv6, lists and everything malformed are left to it.
 */
export class OrdinaryShapes {
  /** The value of the parameter that was looked for: branch or tag. −1 when it was not there. */
  wantedStart = -1;
  wantedEnd = -1;
  transportEnd = 0;
  hostStart = 0;
  hostEnd = 0;
  /** 0 when not written. */
  port = 0;
  parametersStart = 0;

  /** `SIP/2.0/UDP host:port;branch=…` (RFC 3261 §25.1 via-parm). */
  isVia(bytes: Uint8Array, start: number, end: number): boolean {
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
    if (!isSip20) return false;
    const transportEnd = skipBytes(bytes, start + 8, end, TOKEN);
    if (transportEnd === start + 8 || transportEnd === end || bytes[transportEnd] !== 0x20) return false;
    this.transportEnd = transportEnd;
    this.hostStart = transportEnd + 1;
    const hostportEnd = this.#endOfHostport(bytes, transportEnd + 1, end);
    this.parametersStart = hostportEnd;
    return hostportEnd > 0 && this.#endOfParameters(bytes, hostportEnd, end, branch) === end;
  }

  /** `"Name" <sip:user@host>;tag=…` (RFC 3261 §25.1 name-addr and its parameters), with a SIP or SIPS URI. */
  isAddress(bytes: Uint8Array, start: number, end: number): boolean {
    let i = start;
    if (i < end && bytes[i] === 0x22) {
      i = endOfQuotedString(bytes, i, end);
      if (i < 0) return false;
      while (i < end && bytes[i] === 0x20) i++;
    } else {
      i = skipBytes(bytes, i, end, DISPLAY);
    }
    if (i >= end || bytes[i] !== 0x3c) return false;
    i = this.endOfSipUri(bytes, i + 1, end);
    if (i < 0 || i >= end || bytes[i] !== 0x3e) return false;
    return this.#endOfParameters(bytes, i + 1, end, tag) === end;
  }

  /** `sip:user@host:port;parameters` (RFC 3261 §25.1 SIP-URI, SIPS-URI): the index after it, −1 when it does not begin like this. */
  endOfSipUri(bytes: Uint8Array, start: number, end: number): number {
    if (end - start < 6 || (bytes[start]! | 0x20) !== 0x73 || (bytes[start + 1]! | 0x20) !== 0x69) return -1;
    if ((bytes[start + 2]! | 0x20) !== 0x70) return -1;
    let i = start + 3;
    if ((bytes[i]! | 0x20) === 0x73) i++;
    if (bytes[i] !== 0x3a) return -1;
    const userStart = i + 1;
    const userEnd = skipBytes(bytes, userStart, end, RECEIVED_USER);
    const hasUser = userEnd > userStart && userEnd < end && bytes[userEnd] === 0x40;
    i = this.#endOfHostport(bytes, hasUser ? userEnd + 1 : userStart, end);
    while (i > 0 && i < end && bytes[i] === 0x3b) {
      const nameEnd = skipBytes(bytes, i + 1, end, URI_PARAMETER);
      if (nameEnd === i + 1) return -1;
      i = nameEnd < end && bytes[nameEnd] === 0x3d ? skipBytes(bytes, nameEnd + 1, end, RECEIVED_URI_VALUE) : nameEnd;
    }
    return i;
  }

  /** `type/subtype;parameters` (RFC 3261 §25.1 media-type). */
  isMediaType(bytes: Uint8Array, start: number, end: number): boolean {
    const slash = skipBytes(bytes, start, end, TOKEN);
    if (slash === start || slash >= end || bytes[slash] !== 0x2f) return false;
    const subtypeEnd = skipBytes(bytes, slash + 1, end, TOKEN);
    return subtypeEnd > slash + 1 && this.#endOfParameters(bytes, subtypeEnd, end, tag) === end;
  }

  /** A host name or IPv4 address, and a port: the index after them, or −1. A name that ends in digits must be an address. */
  #endOfHostport(bytes: Uint8Array, start: number, end: number): number {
    let i = start;
    let labelStart = start;
    let dots = 0;
    let octet = 0;
    let isNumeric = true;
    let isAddress = true;
    for (; i < end; i++) {
      const byte = bytes[i]!;
      if (byte >= 0x30 && byte <= 0x39) octet = octet * 10 + byte - 0x30;
      else if (byte === 0x2e) {
        if (i === labelStart) return -1;
        isAddress &&= isNumeric && octet <= 255 && i - labelStart <= 3;
        isNumeric = true;
        octet = 0;
        dots++;
        labelStart = i + 1;
      } else if (skipBytes(bytes, i, i + 1, HOST) > i) isNumeric = false;
      else break;
    }
    if (i === labelStart) return -1;
    if (isNumeric && !(isAddress && dots === 3 && octet <= 255 && i - labelStart <= 3)) return -1;
    this.hostEnd = i;
    this.port = 0;
    if (i >= end || bytes[i] !== 0x3a) return i;
    let port = 0;
    for (i++; i < end && port < 65_536; i++) {
      const digit = bytes[i]! - 0x30;
      if (digit < 0 || digit > 9) break;
      port = port * 10 + digit;
    }
    this.port = port;
    return port > 0 && port < 65_536 ? i : -1;
  }

  /** `;name=value` and so on, without white space; the index after them, or −1. Notes the value of `wanted`. */
  #endOfParameters(bytes: Uint8Array, start: number, end: number, wanted: Uint8Array): number {
    this.wantedStart = -1;
    let i = start;
    while (i < end && bytes[i] === 0x3b) {
      const nameStart = i + 1;
      const nameEnd = skipBytes(bytes, nameStart, end, TOKEN);
      i = nameEnd;
      if (i === nameStart) return -1;
      const isWanted = this.wantedStart < 0 && isNameAt(bytes, nameStart, nameEnd, wanted);
      if (i < end && bytes[i] === 0x3d) {
        const valueStart = i + 1;
        const isQuoted = valueStart < end && bytes[valueStart] === 0x22;
        i = isQuoted ? endOfQuotedString(bytes, valueStart, end) : skipBytes(bytes, valueStart, end, VALUE);
        if (i < 0 || (isWanted && (isQuoted || i === valueStart))) return -1;
        if (isWanted) {
          this.wantedStart = valueStart;
          this.wantedEnd = i;
        }
      } else if (isWanted) return -1;
    }
    return i;
  }
}

/** The index after the closing quote; −1 when there is none, or a control character. */
function endOfQuotedString(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start + 1; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === 0x22) return i + 1;
    if (byte < 0x20 || byte >= 0x7f) return -1;
    if (byte === 0x5c && (++i >= end || bytes[i]! < 0x20 || bytes[i]! >= 0x7f)) return -1;
  }
  return -1;
}
