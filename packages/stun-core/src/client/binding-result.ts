import { addressFamily, formatHostPort, isMulticast, isWildcard, normaliseAddress, type SocketAddress } from "@sidetone/infra-common";
import { AlternateServer, MappedAddress, OtherAddress, XorMappedAddress } from "../attributes/addresses.ts";
import { ErrorCode } from "../attributes/error-code.ts";
import { knownResponseAttributes } from "../attributes/known-attributes.ts";
import { Software } from "../attributes/texts.ts";
import { UnknownAttributes } from "../attributes/unknown-attributes.ts";
import type { StunMessage } from "../message/stun-message.ts";
import { StunError } from "../stun-error.ts";

/** What a Binding transaction found out. */
export interface BindingResult {
  /** The address and port that the server saw: our own, or that of the outermost NAT on the way to this server. */
  readonly mappedAddress: SocketAddress;
  /** Who answered; another than was asked where it named an alternate. */
  readonly server: SocketAddress;
  /** Between request and response, in milliseconds; undefined where the request was sent more than once (Karn's algorithm). */
  readonly roundTripMs: number | undefined;
  /** Another address and port of the server, where it offers tests of NAT behaviour (RFC 5780 §7.4). The server's word: it may name anybody. */
  readonly otherAddress: SocketAddress | undefined;
  /** What the server says it runs. */
  readonly software: string | undefined;
}

/** Reads a response that passed authentication: the result, another server to ask, or why it is no success (RFC 8489 §6.3.3, §6.3.4). */
export function readBindingResponse(
  response: StunMessage,
  server: SocketAddress,
  roundTripMs: number | undefined,
): BindingResult | { readonly alternateServer: SocketAddress } | StunError {
  const unknown = response.unknownRequired(knownResponseAttributes);
  if (unknown.length > 0) {
    return new StunError("STUN_RESPONSE_INVALID", `the response has attributes that have to be understood: ${hexTypes(unknown)}`);
  }
  if (response.class === "error") return readError(response, server);
  // A server of RFC 3489 sends MAPPED-ADDRESS alone (RFC 8489 §11).
  const mappedAddress = response.get(XorMappedAddress) ?? response.get(MappedAddress);
  if (!mappedAddress || mappedAddress.port === 0) {
    return new StunError("STUN_RESPONSE_INVALID", "the response has no XOR-MAPPED-ADDRESS");
  }
  return { mappedAddress, server, roundTripMs, otherAddress: response.get(OtherAddress), software: response.get(Software) };
}

function readError(response: StunMessage, server: SocketAddress): { alternateServer: SocketAddress } | StunError {
  const error = response.get(ErrorCode);
  if (!error) return new StunError("STUN_RESPONSE_INVALID", "the error response has no ERROR-CODE");
  const { code, reasonPhrase } = error;
  const options = { statusCode: code, reasonPhrase };
  if (code === 300) {
    const alternate = response.get(AlternateServer);
    if (alternate && mayFollow(alternate, server)) return { alternateServer: alternate };
    const where = alternate ? `to ${formatHostPort(alternate.address, alternate.port)}` : "to nowhere";
    return new StunError("STUN_REDIRECT_FAILED", `the server sends us ${where}, which cannot be asked`, options);
  }
  const details = code === 420 ? `: ${hexTypes(response.get(UnknownAttributes) ?? [])}` : "";
  return new StunError("STUN_REFUSED", `the server answered ${code} ${JSON.stringify(reasonPhrase.slice(0, 80))}${details}`, options);
}

/** The same socket must be able to reach it. */
function mayFollow({ address, port }: SocketAddress, server: SocketAddress): boolean {
  return addressFamily(address) === addressFamily(server.address) && port > 0 && !isWildcard(address) && !isMulticast(address);
}

function hexTypes(types: readonly number[]): string {
  const shown = types.slice(0, 8).map((type) => `0x${type.toString(16).padStart(4, "0")}`);
  return shown.join(", ") + (types.length > 8 ? ", …" : "");
}

/** @throws {StunError} `STUN_OPTION_INVALID` */
export function checkServer({ address, port }: SocketAddress): SocketAddress {
  const isUsable = addressFamily(address) !== undefined && !isWildcard(address) && !isMulticast(address);
  if (!isUsable || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new StunError(
      "STUN_OPTION_INVALID",
      `a STUN server has a numeric address and a port, not ${JSON.stringify(address)} and ${port}`,
    );
  }
  return { address: normaliseAddress(address), port };
}
