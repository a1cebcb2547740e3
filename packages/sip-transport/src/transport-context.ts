import type { Admission } from "./admission.ts";
import type { Ingress } from "./ingress.ts";
import type { FilledTransportsOptions } from "./sip-transports-options.ts";
import type { SourceAddresses } from "./source-addresses.ts";
import type { Environment } from "@sidetone/infra-common";

/** What the transports of one stack share. */
export interface TransportContext {
  readonly environment: Environment;
  readonly options: FilledTransportsOptions;
  readonly ingress: Ingress;
  readonly sources: SourceAddresses;
  readonly admission: Admission;
  /** Host of Via and Contact where this stack can be reached over its own connections alone (RFC 7118 §8). */
  readonly invalidHost: () => string;
}
