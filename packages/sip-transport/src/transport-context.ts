import type { Environment } from "@sidetone/infra-common";
import type { Ingress } from "./ingress.ts";
import type { SipTransportsOptions } from "./sip-transports-options.ts";
import type { SourceAddresses } from "./source-addresses.ts";

/** What the transports of one stack share. */
export interface TransportContext {
  readonly environment: Environment;
  readonly options: Required<SipTransportsOptions>;
  readonly ingress: Ingress;
  readonly sources: SourceAddresses;
}
