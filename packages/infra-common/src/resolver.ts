import type { AddressFamily } from "./network.ts";

/** A naming authority pointer (RFC 3403 §4): which services a domain offers, and where each is described. */
export interface NaptrRecord {
  /** Records of a lower order come first, and a match ends the search. */
  readonly order: number;
  /** Among records of one order, the lower first. */
  readonly preference: number;
  /** `s`: the replacement has SRV records. */
  readonly flags: string;
  /** `SIP+D2U` and the like. */
  readonly service: string;
  readonly regexp: string;
  /** Without the dot at the end. */
  readonly replacement: string;
}

/** The location of a service (RFC 2782). */
export interface SrvRecord {
  /** The lower first. */
  readonly priority: number;
  /** Share among records of one priority. */
  readonly weight: number;
  readonly port: number;
  /** A host name without the dot at the end; `.` alone: the service is decidedly not available. */
  readonly target: string;
}

/** What the name service says. No records at all mean that there are none of this type, or that the name does not exist. */
export interface DnsAnswer<DnsRecord> {
  readonly records: readonly DnsRecord[];
  /** How long the answer holds, in seconds; undefined where the source does not tell. */
  readonly ttlSeconds: number | undefined;
}

export interface ResolveOptions {
  signal?: AbortSignal | undefined;
}

/**
 * The domain name system: `NodeResolver` asks the real one, the testkit has one of its own. It keeps nothing between two questions.
 *
 * Every method rejects with {@link NetworkError} `NETWORK_NAME_SERVICE_FAILED` when no answer could be had, or with `signal.reason`.
 */
export interface Resolver {
  resolveNaptr(name: string, options?: ResolveOptions): Promise<DnsAnswer<NaptrRecord>>;
  resolveSrv(name: string, options?: ResolveOptions): Promise<DnsAnswer<SrvRecord>>;
  /** The numeric addresses of a host name (A or AAAA), in the order of the answer. */
  resolveAddresses(name: string, family: AddressFamily, options?: ResolveOptions): Promise<DnsAnswer<string>>;
}
