import { HOST, isDigit, isHexDigit, isInClass } from "./character-class.ts";

/**
 * The index after the `host` (RFC 3261 §25.1) that begins at `start`, or −1. IPv6 addresses stand in brackets.
 * A name of digits and dots alone must be an IPv4 address: resolvers read `127.1` as one.
 */
export function endOfHost(text: string, start: number, end: number): number {
  const first = start < end ? text.charCodeAt(start) : 0;
  if (first === 0x5b) return endOfIpv6Reference(text, start, end);
  if (isDigit(first)) {
    const addressEnd = endOfIpv4Address(text, start, end);
    if (addressEnd === end || (addressEnd > 0 && !isInClass(text.charCodeAt(addressEnd), HOST))) return addressEnd;
  }
  let labelStart = start;
  let i = start;
  for (; i < end; i++) {
    const code = text.charCodeAt(i);
    if (!isInClass(code, HOST)) break;
    if (code === 0x2e) {
      if (i === labelStart) return -1;
      labelStart = i + 1;
    }
  }
  if (i === start) return -1;
  // hostname = *( domainlabel "." ) toplabel [ "." ], and toplabel begins with a letter
  const topStart = labelStart < i ? labelStart : start;
  return isDigit(text.charCodeAt(topStart)) && isNumeric(text, topStart, i) ? -1 : i;
}

/** Whether there are only digits and dots. */
function isNumeric(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (!isDigit(code) && code !== 0x2e) return false;
  }
  return true;
}

function endOfIpv6Reference(text: string, start: number, end: number): number {
  let close = start + 1;
  while (close < end && text.charCodeAt(close) !== 0x5d) close++;
  return close < end && isIpv6Address(text, start + 1, close) ? close + 1 : -1;
}

/** Four numbers from 0 to 255 of at most three digits. */
export function isIpv4Address(text: string, start: number = 0, end: number = text.length): boolean {
  return start < end && endOfIpv4Address(text, start, end) === end;
}

/** The index after the IPv4 address that begins at `start`, or −1. */
function endOfIpv4Address(text: string, start: number, end: number): number {
  let dots = 0;
  let digits = 0;
  let value = 0;
  let i = start;
  for (; i < end; i++) {
    const code = text.charCodeAt(i);
    if (isDigit(code)) {
      value = value * 10 + code - 0x30;
      if (++digits > 3 || value > 255) return -1;
    } else if (code === 0x2e && digits > 0 && dots < 3) {
      dots++;
      digits = value = 0;
    } else {
      break;
    }
  }
  return dots === 3 && digits > 0 ? i : -1;
}

/** RFC 4291 §2.2: eight groups of hexadecimal digits, at most one `::`, and the last two groups possibly as an IPv4 address. Three colons are refused. */
export function isIpv6Address(text: string, start: number = 0, end: number = text.length): boolean {
  if (end - start < 2 || end - start > 45) return false;
  let groups = 0;
  let compressed = false;
  let i = start;
  if (text.charCodeAt(i) === 0x3a) {
    if (text.charCodeAt(i + 1) !== 0x3a) return false;
    compressed = true;
    i += 2;
  }
  while (i < end) {
    const first = i;
    while (i < end && isHexDigit(text.charCodeAt(i))) i++;
    if (i < end && text.charCodeAt(i) === 0x2e) {
      groups += 2;
      return isIpv4Address(text, first, end) && (compressed ? groups < 8 : groups === 8);
    }
    if (i === first || i - first > 4) return false;
    groups++;
    if (i === end) break;
    if (text.charCodeAt(i++) !== 0x3a || i === end) return false;
    if (text.charCodeAt(i) === 0x3a) {
      if (compressed) return false;
      compressed = true;
      i++;
    }
  }
  return compressed ? groups < 8 : groups === 8;
}

/** The number written at `start` … `end`; −1 unless it is 1*DIGIT from 1 to 65535. */
export function parsePort(text: string, start: number, end: number): number {
  let port = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (!isDigit(code)) return -1;
    port = port * 10 + code - 0x30;
    if (port > 65_535) return -1;
  }
  return port === 0 ? -1 : port;
}

/** A host as it stands in a URI or a Via: an IPv6 address in brackets, anything else as it is. */
export function formatHost(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** An IPv6 address without the brackets it may stand in; anything else as it is. */
export function withoutBrackets(host: string): string {
  return host.startsWith("[") && host.endsWith("]") && host.includes(":") ? host.slice(1, -1) : host;
}

/** Whether `host`, without brackets, may be written in a URI or a Via. */
export function isHost(host: string): boolean {
  return host.includes(":") ? isIpv6Address(host) : !host.startsWith("[") && endOfHost(host, 0, host.length) === host.length && host !== "";
}

/** The eight groups of a valid IPv6 address in one spelling, so that equal addresses are equal texts (RFC 5954 §4.2). */
export function expandIpv6Address(address: string): string {
  const [head = "", tail] = address.toLowerCase().split("::");
  const before = toGroups(head);
  const after = tail === undefined ? [] : toGroups(tail);
  const zeros = Array<string>(8 - before.length - after.length).fill("0");
  return [...before, ...zeros, ...after].join(":");
}

function toGroups(text: string): string[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [group.replace(/^0+(?=.)/, "")];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
  });
}
