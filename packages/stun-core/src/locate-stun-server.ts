import { addressFamily, NetworkError, type AddressFamily, type Network, type SocketAddress } from "@sidetone/infra-common";
import { parseStunUri } from "./stun-uri.ts";

export interface LocateStunServerOptions {
  /** The family of the socket that is to ask. */
  family: AddressFamily;
  signal?: AbortSignal;
}

/**
 * The address of a server given as {@link parseStunUri} reads it: a numeric one as it is, a name's first A or AAAA record. SRV records
 * (RFC 8489 §8) are not looked for.
 *
 * @throws {StunError} `STUN_OPTION_INVALID` when `text` is no server.
 * @throws {NetworkError} `NETWORK_NAME_NOT_FOUND` when the name does not exist, or has no address of this family.
 * @throws `signal.reason` when aborted.
 */
export async function locateStunServer(
  network: Pick<Network, "lookup">,
  text: string,
  { family, signal }: LocateStunServerOptions,
): Promise<SocketAddress> {
  const { host, port } = parseStunUri(text);
  const found = addressFamily(host);
  if (found !== undefined && found !== family) {
    throw new NetworkError("NETWORK_NAME_NOT_FOUND", `${host} cannot be reached over IPv${family}`);
  }
  const [first] = found ? [{ address: host }] : await network.lookup(host, { family, ...(signal && { signal }) });
  return { address: first!.address, port };
}
