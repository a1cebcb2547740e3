import type { Refusal } from "@sidetone/dialog-core";
import { Path, SipUri, splitList, Supported, type ContactAddress, type SipRequest } from "@sidetone/sip-core";

/** Which flow of which device a contact is registered for (RFC 5626 §4). */
export interface FlowIdentity {
  readonly instanceId: string;
  readonly regId: number;
}

const maxRegId = 2 ** 31 - 1;

/** `+sip.instance` of a contact, with its angle brackets. */
export function instanceIdOf(contact: ContactAddress): string | undefined {
  return contact.parameters.get("+sip.instance") || undefined;
}

/** The flow that a contact names; undefined for an ordinary one: "outbound" in Supported, +sip.instance and reg-id make it one (RFC 5626 §6). */
export function flowIdentityOf(contact: ContactAddress, request: SipRequest): FlowIdentity | undefined {
  const regId = contact.parameters.getInteger("reg-id");
  const instanceId = instanceIdOf(contact);
  if (regId === undefined || regId < 1 || regId > maxRegId || instanceId === undefined || !supports(request, "outbound")) return undefined;
  return { instanceId, regId };
}

/** What refuses an outbound registration as a whole (RFC 5626 §6). */
export function inspectOutbound(request: SipRequest, contacts: readonly ContactAddress[]): Refusal | undefined {
  const flows = contacts.filter((contact) => flowIdentityOf(contact, request));
  if (flows.length === 0) return undefined;
  // "if there are any … reg-id … and there is more than one … with a non-zero expiration … 400"
  if (contacts.filter((contact) => contact.expires !== 0).length > 1) return { statusCode: 400, reasonPhrase: "One Contact Per Flow" };
  // "the first hop … does not support outbound … 439": it has added Via, and no Path with "ob".
  return isDirect(request) || hasOutboundPath(request) ? undefined : { statusCode: 439 };
}

/** Whether no proxy stands between: the flow is one of ours. */
export function isDirect(request: SipRequest): boolean {
  const values = request.getAllText("Via");
  return values.length === 1 && splitList(values[0]!).length === 1;
}

/** Whether the sender understands an extension. */
export function supports(request: SipRequest, optionTag: string): boolean {
  return request.getAll(Supported).some((tag) => tag.toLowerCase() === optionTag);
}

/** Each proxy puts its Path above the others (RFC 3327 §5.2), so the first hop's is the last one. */
function hasOutboundPath(request: SipRequest): boolean {
  const uri = request.getAll(Path).at(-1)?.uri;
  return uri instanceof SipUri && uri.parameters.has("ob");
}
