import { parseUri, SipUri, type ContactAddress } from "@sidetone/sip-core";
import type { Binding } from "../location/binding.ts";
import type { FlowIdentity } from "./outbound.ts";

/**
 * The binding that a contact means: the one of the same device and reg-id, whatever its URI (RFC 5626 §6); without a flow identity the one
 * with an equivalent URI (RFC 3261 §10.3 step 7, §19.1.4).
 */
export function matchBinding<Kept extends Binding>(
  bindings: readonly Kept[],
  contact: ContactAddress,
  flow: FlowIdentity | undefined,
): Kept | undefined {
  if (flow) return bindings.find((binding) => binding.regId === flow.regId && binding.instanceId === flow.instanceId);
  const { uri } = contact;
  const text = uri.toString();
  return bindings.find((binding) => !binding.isOutbound && (binding.contact === text || areEquivalent(binding.contact, uri)));
}

function areEquivalent(text: string, uri: ContactAddress["uri"]): boolean {
  return uri instanceof SipUri && uri.equals(parseUri(text));
}
