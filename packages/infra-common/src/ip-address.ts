import type { AddressFamily } from "./network.ts";

const dotDigit = ".".charCodeAt(0) - 0x30;
/** An address may carry a zone (RFC 4007 §11): `fe80::1%eth0`. */
const zonePattern = /^([^%]*)(%[\w.~-]+)?$/;

/** Whether `text` is an IPv4 address in dotted form without leading zeros (RFC 3986 §3.2.2). */
export function isIpv4(text: string): boolean {
  if (text.length < 7 || text.length > 15) return false;
  let numbers = 1;
  let value = -1; // no digit yet
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit >= 0 && digit <= 9) {
      if (value === 0) return false;
      value = value < 0 ? digit : 10 * value + digit;
      if (value > 255) return false;
    } else {
      if (digit !== dotDigit || value < 0) return false;
      numbers++;
      value = -1;
    }
  }
  return numbers === 4 && value >= 0;
}

/** Whether `text` is an IPv6 address (RFC 4291 §2.2), without brackets, with or without a zone. */
export function isIpv6(text: string): boolean {
  return text.includes(":") && ipv6Groups(text) !== undefined;
}

/** The family of a numeric address, or undefined when `text` is none: a host name, or an address in brackets. */
export function addressFamily(text: string): AddressFamily | undefined {
  return isIpv4(text) ? 4 : isIpv6(text) ? 6 : undefined;
}

/** The 4 or 16 bytes of a numeric address, in network order, or undefined when `text` is none. A zone is left out. */
export function addressToBytes(text: string): Uint8Array | undefined {
  if (isIpv4(text)) return Uint8Array.from(text.split("."), Number);
  const groups = text.includes(":") ? ipv6Groups(text) : undefined;
  return groups && Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** The text of an address of 4 or 16 bytes, IPv6 as RFC 5952 wants it. */
export function addressFromBytes(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) throw new RangeError(`an IP address has 4 or 16 bytes, not ${bytes.length}`);
  const isMapped = bytes[10] === 0xff && bytes[11] === 0xff && bytes.subarray(0, 10).every((value) => value === 0);
  if (isMapped) return `::ffff:${bytes.subarray(12).join(".")}`;
  return ipv6Text(Array.from({ length: 8 }, (_, index) => ((bytes[2 * index] as number) << 8) | (bytes[2 * index + 1] as number)));
}

/** The one spelling of a numeric address by which two may be compared: RFC 5952 for IPv6. Other text comes back as it is. */
export function normaliseAddress(text: string): string {
  if (!text.includes(":")) return text;
  const bytes = addressToBytes(text);
  return bytes ? addressFromBytes(bytes) + (zonePattern.exec(text)?.[2] ?? "") : text;
}

/** Whom a numeric address belongs to, as text: whoever has one IPv6 address has its whole /64, one IPv4 address is for itself. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const groups = address.split("%", 1)[0]!.split(":");
  const gap = groups.indexOf("");
  const head = gap < 0 ? groups : [...groups.slice(0, gap), "0", "0", "0", "0"];
  return head.slice(0, 4).join(":");
}

/** `0.0.0.0` or `::`, which stand for every local address. */
export function isWildcard(address: string): boolean {
  return address === "0.0.0.0" || normaliseAddress(address) === "::";
}

/** 127.0.0.0/8 or `::1`. */
export function isLoopback(address: string): boolean {
  return (isIpv4(address) && address.startsWith("127.")) || normaliseAddress(address) === "::1";
}

/** 169.254.0.0/16 or fe80::/10. */
export function isLinkLocal(address: string): boolean {
  const bytes = addressToBytes(address);
  if (bytes?.length === 4) return bytes[0] === 169 && bytes[1] === 254;
  return bytes?.[0] === 0xfe && ((bytes[1] as number) & 0xc0) === 0x80;
}

/** Addresses that only mean something within a site: RFC 1918, RFC 6598 (carrier-grade NAT) and unique local IPv6 (RFC 4193). */
export function isPrivate(address: string): boolean {
  const bytes = addressToBytes(address);
  const [first = 0, second = 0] = bytes ?? [];
  if (bytes?.length === 16) return (first & 0xfe) === 0xfc;
  return first === 10 || (first === 172 && second >> 4 === 1) || (first === 192 && second === 168) || (first === 100 && second >> 6 === 1);
}

/** 224.0.0.0/4 or ff00::/8. */
export function isMulticast(address: string): boolean {
  const bytes = addressToBytes(address);
  return bytes?.length === 4 ? (bytes[0] as number) >> 4 === 14 : bytes?.[0] === 0xff;
}

/** The eight groups of an IPv6 address. */
function ipv6Groups(text: string): number[] | undefined {
  const address = zonePattern.exec(text)?.[1];
  const halves = address?.split("::");
  if (!halves || halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => groupsOf(half, index === halves.length - 1));
  if (!head) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  // "::" stands for one group of zeros or more (RFC 4291 §2.2).
  const zeros = 8 - head.length - (tail?.length ?? 0);
  return tail && zeros >= 1 ? [...head, ...Array<number>(zeros).fill(0), ...tail] : undefined;
}

/** The groups between colons; the last four bytes may be written as IPv4. */
function groupsOf(text: string, isLast: boolean): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else if (isLast && index === parts.length - 1 && isIpv4(part)) {
      const [a, b, c, d] = part.split(".").map(Number) as [number, number, number, number];
      groups.push((a << 8) | b, (c << 8) | d);
    } else return undefined;
  }
  return groups;
}

/** RFC 5952 §4: lower case, no leading zeros, the first of the longest runs of two zero groups or more becomes "::". */
function ipv6Text(groups: readonly number[]): string {
  let runStart = 0;
  let runLength = 1;
  for (let start = 0, index = 0; index < groups.length; index++) {
    if (groups[index] !== 0) start = index + 1;
    else if (index + 1 - start > runLength) [runStart, runLength] = [start, index + 1 - start];
  }
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  if (runLength < 2) return text(groups);
  return `${text(groups.slice(0, runStart))}::${text(groups.slice(runStart + runLength))}`;
}
