import type { AddressFamily, Environment } from "@sidetone/infra-common";
import type { Flow } from "../flow.ts";
import type { TransportName } from "../transport-name.ts";
import type { NameCache } from "./name-cache.ts";
import type { SecureDomains } from "./secure-domains.ts";

/** What locating needs of the stack: the transports that it has, and whom it asks. */
export interface LocateContext {
  readonly environment: Environment;
  readonly names: NameCache;
  readonly secureDomains: SecureDomains;
  /** Whether the stack offers the transport. */
  supports(transport: TransportName): boolean;
  /** Whether a flow to an address of `family` is possible over a transport that the stack offers. */
  reaches(transport: TransportName, family: AddressFamily): boolean;
  /** The flow of a peer that goes by a name without an address. */
  flowNamed(host: string): Flow | undefined;
}

const families: readonly AddressFamily[] = [6, 4];

/** The address families that a transport reaches. */
export function reachableFamilies({ supports, reaches }: LocateContext, transport: TransportName): readonly AddressFamily[] {
  return supports(transport) ? families.filter((family) => reaches(transport, family)) : [];
}

export function unreachableFamilies({ reaches }: LocateContext, transport: TransportName): readonly AddressFamily[] {
  return families.filter((family) => !reaches(transport, family));
}
