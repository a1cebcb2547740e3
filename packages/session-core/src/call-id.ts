import type { Random } from "@sidetone/infra-common";

/** Names one call in this process: opaque, unique, never the SIP Call-ID. */
export type CallId = string & { readonly __brand: "CallId" };

let count = 0;

/** A new identity. The counter makes it unique in the process, the random part in a log of several. */
export function mintCallId(random: Random): CallId {
  return `call-${(++count).toString(36)}-${random.token(6)}` as CallId;
}
