import { addressFamily } from "../ip-address.ts";
import { NetworkError } from "../network-error.ts";
import type { AddressFamily, SocketAddress } from "../network.ts";

/** The family of a numeric address. Throws `NETWORK_FAILED`, beginning with `action`, for a name or a port out of range. */
export function checkAddress({ address, port }: SocketAddress, action: string): AddressFamily {
  const family = addressFamily(address);
  if (!family) throw new NetworkError("NETWORK_FAILED", `${action}: "${address}" is not a numeric address; look the name up first`);
  if (!(Number.isInteger(port) && port >= 0 && port <= 65_535))
    throw new NetworkError("NETWORK_FAILED", `${action}: ${port} is not a port`);
  return family;
}
