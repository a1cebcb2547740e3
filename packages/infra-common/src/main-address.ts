import { addressFamily, isLinkLocal, isLoopback } from "./ip-address.ts";
import type { AddressFamily, Network } from "./network.ts";

/** Addresses kept for documentation: nobody has them, and they lie beyond the default route. */
const beyond: Readonly<Record<AddressFamily, string>> = { 4: "198.51.100.1", 6: "2001:db8::1" };

/** The address that this machine has in the world: the one that it sends from to places far away, else one that is not loopback; undefined without any. */
export async function mainAddress(network: Network, family: AddressFamily): Promise<string | undefined> {
  const source = await network.sourceAddressFor(beyond[family]).catch(() => undefined);
  if (source !== undefined && !isLoopback(source)) return source;
  return network.localAddresses().find((address) => addressFamily(address) === family && !isLoopback(address) && !isLinkLocal(address));
}
