import type { SipUri } from "@sidetone/sip-core";
import type { SipTarget } from "../sip-target.ts";
import { SipTransportError } from "../sip-transport-error.ts";
import type { LocateContext } from "./locate-context.ts";
import type { Location, LocationStep } from "./location.ts";
import { Search } from "./search.ts";

/** The targets for a SIP URI, best first (RFC 3263 §4): by NAPTR, SRV and address records, its parameters and its port. */
export function locate(uri: SipUri, context: LocateContext, signal?: AbortSignal): Promise<readonly SipTarget[]> {
  return new Search(context, uri, signal).run();
}

/** The same, with every step on the way. Rejects with `signal.reason` alone. */
export async function explainLocation(uri: SipUri, context: LocateContext, signal?: AbortSignal): Promise<Location> {
  const steps: LocationStep[] = [];
  try {
    const targets = await new Search(context, uri, signal, steps).run();
    return { uri: uri.toString(), steps, targets, error: undefined };
  } catch (error) {
    if (!(error instanceof SipTransportError)) throw error;
    return { uri: uri.toString(), steps, targets: [], error };
  }
}
