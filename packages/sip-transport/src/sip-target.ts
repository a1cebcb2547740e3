import type { TransportName } from "./transport-name.ts";

/** One place to try a request at: an entry of the ordered list that locating a SIP server gives (RFC 3263 §4). */
export interface SipTarget {
  readonly transport: TransportName;
  /** Numeric, IPv6 without brackets. */
  readonly address: string;
  /** The same server's address of the other family: a connection goes to whichever answers first (RFC 8305). Streams only. */
  readonly otherAddress?: string;
  readonly port: number;
  /** The host of the URI, which a certificate would have to name. */
  readonly hostName: string;
  /** Host name of the server, where an SRV record gave it. */
  readonly serverName?: string;
  /** Priority of the SRV record, the lower the better: the servers of one priority share the work (RFC 2782). */
  readonly priority?: number;
}
