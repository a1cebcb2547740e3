import type { HeaderInput } from "@sidetone/sip-core";
import type { DialogError } from "../errors.ts";
import type { ServerAffinity } from "../user-agent/server-affinity.ts";
import type { WayOut } from "../user-agent/way-out.ts";
import type { Binding } from "./binding.ts";
import type { RegistrationState } from "./registration-table.ts";

/**
 * What a registration is to somebody who looks at it.
 *
 * - `Pending`: the registrar's answer is awaited, and until it comes there is no binding.
 * - `Active`: the registrar holds the binding. With an `error`, prolonging it failed, and is tried again at `retryAtMs`.
 * - `Failed`: there is none. With `retryAtMs` it is tried again then, without it is not.
 * - `Expired`: the binding ran out. It is tried again, at `retryAtMs` when that is given, else now.
 * - `Cancelled`: not registered, and not tried.
 */
export type RegistrationStatus = "Pending" | "Active" | "Failed" | "Expired" | "Cancelled";

/** How the flow to the registrar is kept open (RFC 5626 §4.4). */
export interface RegistrationKeepAlive {
  /**
   * Longest time between two keep-alives, in milliseconds; less when the server wants that (Flow-Timer, RFC 6223 `keep`). Default: 19,000 where
   * an answer is awaited, 25,000 for line ends over UDP.
   */
  readonly intervalMs?: number | undefined;
  /**
   * `auto`: pings on a stream; over UDP STUN with a server that has agreed, line ends with any other. `options`: a request that every server
   * answers. Default `auto`.
   */
  readonly method?: "auto" | "options" | undefined;
}

export interface RegistrationOptions {
  /** Request-URI: the domain of the location service (RFC 3261 §10.2), without user. */
  readonly registrar: string;
  /** To: the address-of-record to be bound. */
  readonly addressOfRecord: string;
  /** From. Default: the address-of-record. */
  readonly from?: string | undefined;
  /** URIs that the request goes through first. */
  readonly route?: readonly string[] | undefined;
  /** User part of our Contact. */
  readonly contactUser?: string | undefined;
  /** Whose credentials answer a challenge. */
  readonly accountId?: string | undefined;
  /** URN of this user agent, the same as long as it lives: `urn:uuid:…` (RFC 5626 §4.1). Default: none is sent. */
  readonly instanceId?: string | undefined;
  /** Which of several flows of this instance it is, from 1 (RFC 5626 §4.2). Needs `instanceId`. */
  readonly regId?: number | undefined;
  /** Lifetime to ask for, in seconds; the registrar may shorten it. Default 3,600. */
  readonly expiresSeconds?: number | undefined;
  /** Whether Contact names the address that the registrar sees (`received`, `rport`). Default true. */
  readonly learnsAddress?: boolean | undefined;
  /** First wait after a failure, in milliseconds, doubled by each further one up to `maxRetryDelayMs`. Default 4,000. */
  readonly retryDelayMs?: number | undefined;
  /** Default 300,000. */
  readonly maxRetryDelayMs?: number | undefined;
  /**
   * Who stays with the same server: give it to the calls and requests of the account, too. When the server fails the registration moves,
   * and it goes back to a better one after `failover.failBackMs` of the core. Default: one of its own.
   */
  readonly affinity?: ServerAffinity | undefined;
  /**
   * Keeps the flow open, so that requests reach us through NATs, and a dead one is noticed and replaced; with `instanceId` and `regId` the
   * registrar is asked for outbound (RFC 5626). Default: nothing is sent, and nothing asked; a connection that breaks is replaced all the same.
   */
  readonly keepAlive?: RegistrationKeepAlive | undefined;
  /** Further header fields of every REGISTER. */
  readonly headers?: readonly HeaderInput[] | undefined;
}

/** One address-of-record at one registrar. Times are those of the environment's clock. */
export interface Registration {
  /** Row of the state table. */
  readonly state: RegistrationState;
  readonly status: RegistrationStatus;
  /** Whether a REGISTER waits for its answer. */
  readonly isUnderWay: boolean;
  /** URI that is bound; undefined while none is. */
  readonly contact: string | undefined;
  /** Every binding of the address-of-record that the registrar has told with its last 2xx, those of other user agents too. */
  readonly bindings: readonly Binding[];
  /** Route that further requests of the account take (RFC 3608), as the last 2xx told it. */
  readonly serviceRoute: readonly string[];
  /** When the binding runs out; undefined while there is none. */
  readonly expiresAtMs: number | undefined;
  /** When it is tried again after a failure. */
  readonly retryAtMs: number | undefined;
  /** Why the last try failed; undefined after one that did not. */
  readonly error: DialogError | undefined;
  /** Registers, or refreshes at once. Does nothing while a REGISTER is on its way already. */
  register(): void;
  /** Whether the registrar would still be reached as when it took the binding, after this machine's addresses have changed. */
  wayOut(): Promise<WayOut>;
  /**
   * Refreshes at once, or tries again at once, whatever it waits for; also in place of a REGISTER that is on its way and may have got lost. The
   * machine's addresses have changed, or it has slept: `uncountedMs` is how much of the sleep the clock has not counted. A binding that ran
   * out meanwhile is `Expired` first. Does nothing when the registration is not wanted, or refused for good.
   */
  renew(uncountedMs?: number): void;
  /** Removes the binding, waiting at most so long for the registrar, by default 5,000 ms; then the status is `Cancelled` whatever it says. */
  unregister(waitMs?: number): void;
  /** Ends without a message. */
  close(): void;
}
