import type { Refusal } from "@sidetone/dialog-core";
import { Contact, Expires, flat, UserAgent, type ContactAddress, type SipRequest } from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";
import { Binding } from "../location/binding.ts";
import type { BindingChange } from "../location/location-service.ts";
import { matchBinding } from "./match-binding.ts";
import { flowIdentityOf, inspectOutbound, instanceIdOf } from "./outbound.ts";
import type { RegistrationLimits } from "./registration-limits.ts";
import { requestedExpiry } from "./requested-expiry.ts";

/** What a REGISTER is planned upon. */
export interface RegistrationContext {
  readonly addressOfRecord: string;
  /** Those there are. */
  readonly bindings: readonly Binding[];
  readonly path: readonly string[];
  readonly flow: Flow;
  readonly nowMs: number;
  readonly limits: RegistrationLimits;
}

/** Longest User-Agent that is kept. */
const maxUserAgentLength = 100;

/**
 * What a REGISTER changes (RFC 3261 §10.3 steps 6 and 7), or how it is refused. Nothing is changed yet, so that a refusal for one contact
 * leaves them all as they were.
 */
export function planRegistration(request: SipRequest, context: RegistrationContext): readonly BindingChange[] | Refusal {
  const contacts = request.getAll(Contact);
  if (contacts.includes("*")) return planRemoval(request, contacts.length, context);
  const addresses = contacts as readonly ContactAddress[];
  return inspectOutbound(request, addresses) ?? planContacts(request, addresses, context);
}

/** `Contact: *` removes every binding that is not newer than the request. */
function planRemoval(request: SipRequest, contactCount: number, { bindings }: RegistrationContext): readonly BindingChange[] | Refusal {
  // "If the request has additional Contact fields or an expiration time other than zero, then the request is invalid" (§10.3 step 6)
  if (contactCount > 1 || request.get(Expires) !== 0) return { statusCode: 400, reasonPhrase: "Contact * Stands Alone With Expires 0" };
  if (bindings.some((binding) => isOutOfOrder(request, binding))) return outOfOrder;
  return bindings.map((previous) => ({ previous, next: undefined }));
}

function planContacts(
  request: SipRequest,
  contacts: readonly ContactAddress[],
  context: RegistrationContext,
): readonly BindingChange[] | Refusal {
  const { limits } = context;
  const changes: { readonly previous: Binding | undefined; next: Binding | undefined }[] = [];
  for (const contact of contacts) {
    const expiresSeconds = requestedExpiry(contact, request, limits);
    if (typeof expiresSeconds !== "number") return expiresSeconds;
    const identity = flowIdentityOf(contact, request);
    const previous = matchBinding(context.bindings, contact, identity);
    const next = expiresSeconds === 0 ? undefined : createBinding(request, contact, previous, expiresSeconds, context);
    if (next && sizeOf(next) > limits.bindingCharacters) return { statusCode: 513, reasonPhrase: "Binding Too Large" };
    if (previous && isOutOfOrder(request, previous)) return outOfOrder;
    // The same contact twice in one request: the last one counts.
    const planned = changes.map((change) => change.next).filter((binding) => binding !== undefined);
    const again = previous ? undefined : matchBinding(planned, contact, identity);
    const known = changes.find((change) => (previous ? change.previous === previous : again !== undefined && change.next === again));
    if (known) known.next = next;
    else if (previous || next) changes.push({ previous, next });
  }
  const effective = changes.filter(({ previous, next }) => previous ?? next);
  return exceeds(effective, context) ? { statusCode: 403, reasonPhrase: "Too Many Contacts" } : effective;
}

/** "if the Call-ID … agree, then … if and only if the CSeq … is higher than the value stored" (§10.3 steps 6 and 7) */
function isOutOfOrder(request: SipRequest, binding: Binding): boolean {
  return binding.callId === request.callId && request.sequenceNumber <= binding.sequenceNumber;
}

const outOfOrder: Refusal = { statusCode: 500, reasonPhrase: "CSeq Out Of Order" };

/** Whoever has too many already, under a limit that was lowered, may still refresh and remove. */
function exceeds(changes: readonly BindingChange[], { bindings, limits }: RegistrationContext): boolean {
  const growth = growthOf(changes);
  return growth > 0 && bindings.length + growth > limits.bindingsPerAddress;
}

/** How many bindings more there are after `changes`. */
export function growthOf(changes: readonly BindingChange[]): number {
  return changes.reduce((growth, { previous, next }) => growth + (next ? 1 : 0) - (previous ? 1 : 0), 0);
}

function createBinding(
  request: SipRequest,
  contact: ContactAddress,
  previous: Binding | undefined,
  expiresSeconds: number,
  context: RegistrationContext,
): Binding {
  const { addressOfRecord, path, flow, nowMs } = context;
  const userAgent = request.get(UserAgent);
  const instanceId = instanceIdOf(contact);
  return new Binding({
    addressOfRecord,
    contact: kept(contact.uri.toString(), previous?.contact),
    parameters: kept(contact.parameters.without("q").without("expires").text, previous?.parameters),
    q: contact.q,
    callId: kept(request.callId, previous?.callId),
    sequenceNumber: request.sequenceNumber,
    expiresAtMs: nowMs + expiresSeconds * 1000,
    instanceId: instanceId && kept(instanceId, previous?.instanceId),
    regId: flowIdentityOf(contact, request)?.regId,
    path: path.length > 0 ? path.map(flat) : noPath,
    userAgent: userAgent && kept(userAgent.slice(0, maxUserAgentLength), previous?.userAgent),
    flow,
  });
}

const noPath: readonly string[] = [];

/** A text that stands alone: the one that is kept already, when a refresh says the same, as it does as a rule. */
function kept(text: string, known: string | undefined): string {
  return known === text ? known : flat(text);
}

function sizeOf({ contact, parameters, callId, path }: Binding): number {
  return contact.length + parameters.length + callId.length + path.reduce((length, { length: more }) => length + more, 0);
}
