import type { NaptrRecord, SrvRecord } from "@sidetone/infra-common";
import type { SipTarget } from "../sip-target.ts";
import type { SipTransportError } from "../sip-transport-error.ts";
import type { AnswerSource } from "./name-cache.ts";

/** One step on the way from a URI to its targets: a question to the name service and its answer, or a decision. */
export interface LocationStep {
  /** The rule that wants it: `RFC 3263 §4.1`. */
  readonly rule: string;
  /** What was done and why, in a sentence. */
  readonly text: string;
  /** `SRV _sip._udp.example.com`. */
  readonly question?: string;
  /** The answer, each record as a zone file has it: `10 60 5060 a.example.com`. Empty when there is none. */
  readonly records?: readonly string[];
  /** Whether the answer was asked for now, kept from before, or is kept beyond its time because no name server answers. */
  readonly source?: AnswerSource;
  /** How long the answer holds; undefined where the resolver does not tell. */
  readonly ttlSeconds?: number | undefined;
  /** Why there is no answer. */
  readonly error?: unknown;
}

/** How a URI was resolved (RFC 3263 §4), for people to read. */
export interface Location {
  readonly uri: string;
  readonly steps: readonly LocationStep[];
  /** In the order in which they are tried. Empty with `error`. */
  readonly targets: readonly SipTarget[];
  /** What `locate` would reject with. */
  readonly error: SipTransportError | undefined;
}

export function naptrText({ order, preference, flags, service, regexp, replacement }: NaptrRecord): string {
  return `${order} ${preference} "${flags}" "${service}" "${regexp}" ${replacement || "."}`;
}

export function srvText({ priority, weight, port, target }: SrvRecord): string {
  return `${priority} ${weight} ${port} ${target}`;
}
