import { quote, SdpParseError } from "./errors.ts";
import { parseDecimal, splitFields } from "./fields.ts";

/** The c= line: where media is to be sent (RFC 8866 §5.7). */
export interface Connection {
  /** `IN`. */
  readonly networkType: string;
  /** `IP4` or `IP6`. */
  readonly addressType: string;
  /** Numeric address or host name, without the TTL and count that follow a multicast address after a slash. */
  readonly address: string;
}

/** @throws {SdpParseError} `SDP_PARSE_CONNECTION`. */
export function parseConnection(line: string, lineNumber: number): Connection {
  const fields = splitFields(line, 2);
  if (fields.length !== 3) {
    throw new SdpParseError("SDP_PARSE_CONNECTION", `c= is not "IN IP4|IP6 address": ${quote(line)}`, lineNumber);
  }
  const slash = fields[2]!.indexOf("/");
  return {
    networkType: fields[0]!,
    addressType: fields[1]!,
    address: slash < 0 ? fields[2]! : fields[2]!.slice(0, slash),
  };
}

/** The address, where it is one of the Internet: of another network or address type nobody here knows what it means (RFC 8866 §5.7). */
export function internetAddressOf(connection: Connection | undefined): string | undefined {
  if (connection?.networkType.toUpperCase() !== "IN") return undefined;
  return /^IP[46]$/i.test(connection.addressType) ? connection.address : undefined;
}

export function connectionLine(address: string): string {
  return `c=IN ${addressTypeOf(address)} ${address}`;
}

/** `IP6` for an address with a colon; `IP4` for any other, host names included. */
export function addressTypeOf(address: string): "IP4" | "IP6" {
  return address.includes(":") ? "IP6" : "IP4";
}

/**
 * Whether this is the address that means "send nothing": `0.0.0.0`, or `::` of IPv6.
 *
 * "An agent MUST be capable of receiving SDP with a connection address of 0.0.0.0, in which case it means that neither RTP nor
 * RTCP should be sent to the peer" (RFC 3264 §8.4).
 */
export function isNullAddress(address: string): boolean {
  return address === "0.0.0.0" || address === "::";
}

/**
 * Whether unicast media could be sent to `address`: a numeric IPv4 or IPv6 address, or a host name; multicast and broadcast are not
 * (the answer to a unicast offer is unicast, RFC 3264 §6.1), nor is anything that only looks like an address.
 */
export function isUsableAddress(address: string): boolean {
  if (address.includes(":")) return isUnicastIpv6(address);
  const lastLabel = address.slice(address.lastIndexOf(".") + 1);
  return parseDecimal(lastLabel, Infinity) === undefined ? isHostName(address) : isUnicastIpv4(address);
}

function isUnicastIpv4(address: string): boolean {
  if (address.length > 15) return false;
  const octets = address.split(".");
  const first = parseDecimal(octets[0]!, 255);
  return octets.length === 4 && octets.every((octet) => parseDecimal(octet, 255) !== undefined) && first! < 224;
}

/** Shape only (groups of at most four hex digits, one `::` at most, an IPv4 tail allowed); the socket judges the rest. */
function isUnicastIpv6(address: string): boolean {
  if (address.length > 45 || address.toLowerCase().startsWith("ff")) return false;
  const groups = address.split(":");
  const tail = groups.at(-1)!;
  const groupCount = groups.length + (tail.includes(".") ? 1 : 0);
  const compressed = address.includes("::");
  if (address.indexOf("::") !== address.lastIndexOf("::") || (compressed ? groupCount > 9 : groupCount !== 8)) return false;
  return groups.every((group, index) => {
    if (group === "") return compressed;
    return index === groups.length - 1 && group.includes(".") ? isUnicastIpv4(group) : isHexGroup(group);
  });
}

function isHexGroup(group: string): boolean {
  return group.length <= 4 && /^[0-9a-f]+$/i.test(group);
}

function isHostName(name: string): boolean {
  return name.length <= 253 && /^[a-z0-9](?:[a-z0-9\-_.]*[a-z0-9.])?$/i.test(name);
}
