import { addressFromBytes, addressToBytes, normaliseAddress, type SocketAddress } from "@sidetone/infra-common";
import { StunError } from "../stun-error.ts";
import type { StunAttribute } from "./stun-attribute.ts";

/** Families (RFC 8489 §14.1) by the length of their addresses. */
const families: Readonly<Record<number, number>> = { 4: 0x01, 16: 0x02 };
const headBytes = 4;

/** MAPPED-ADDRESS (RFC 8489 §14.1): the address in clear, which some NATs rewrite. Kept for clients and servers of RFC 3489. */
export const MappedAddress: StunAttribute<SocketAddress> = plainAddress(0x0001, "MAPPED-ADDRESS");

/** XOR-MAPPED-ADDRESS (RFC 8489 §14.2): where the request came from, as the server saw it. */
export const XorMappedAddress: StunAttribute<SocketAddress> = {
  type: 0x0020,
  name: "XOR-MAPPED-ADDRESS",
  parse: (value, cookieAndId) => parseAddress(xored(value, cookieAndId)),
  serialize: (value, cookieAndId) => xored(serializeAddress(value, "XOR-MAPPED-ADDRESS"), cookieAndId),
};

/** ALTERNATE-SERVER (RFC 8489 §14.15): where the client should ask instead. */
export const AlternateServer: StunAttribute<SocketAddress> = plainAddress(0x8023, "ALTERNATE-SERVER");

/** OTHER-ADDRESS (RFC 5780 §7.4): another address and port of the same server, from which a NAT's behaviour can be found out. */
export const OtherAddress: StunAttribute<SocketAddress> = plainAddress(0x802c, "OTHER-ADDRESS");

function plainAddress(type: number, name: string): StunAttribute<SocketAddress> {
  return { type, name, parse: parseAddress, serialize: (value) => serializeAddress(value, name) };
}

/**
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |0 0 0 0 0 0 0 0|    Family     |           Port                |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                 Address (32 bits or 128 bits)                 |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
function parseAddress(value: Uint8Array): SocketAddress | undefined {
  const bytes = value.subarray(headBytes);
  if (families[bytes.length] === undefined || families[bytes.length] !== value[1]) return undefined;
  return { address: addressFromBytes(bytes), port: ((value[2] as number) << 8) | (value[3] as number) };
}

function serializeAddress({ address, port }: SocketAddress, name: string): Uint8Array {
  const bytes = addressToBytes(normaliseAddress(address));
  if (!bytes || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new StunError("STUN_ATTRIBUTE_INVALID", `${name} needs a numeric address and a port, not ${JSON.stringify(address)} and ${port}`);
  }
  return Uint8Array.of(0, families[bytes.length] as number, port >> 8, port & 0xff, ...bytes);
}

/** "X-Port is computed by XOR'ing the mapped port with the most significant 16 bits of the magic cookie", the address with cookie and transaction ID. */
function xored(value: Uint8Array, cookieAndId: Uint8Array): Uint8Array {
  const result = Uint8Array.from(value);
  for (let i = 2; i < Math.min(value.length, headBytes + cookieAndId.length); i++) {
    result[i]! ^= cookieAndId[i < headBytes ? i - 2 : i - headBytes] as number;
  }
  return result;
}
