import type { TransportName } from "./transport-name.ts";

/** One place to try a request at: an entry of the ordered list that locating a SIP server gives (RFC 3263 §4). */
export interface SipTarget {
  readonly transport: TransportName;
  /** Numeric, IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
  /** The host of the URI, which a certificate would have to name. */
  readonly hostName: string;
}
