import { Contact, flat, type ContactAddress, type SipResponse } from "@sidetone/sip-core";

/** One place where an address-of-record is reached, as the registrar tells it (RFC 3261 §10.3 step 8). */
export interface Binding {
  /** URI, as text. */
  readonly contact: string;
  /** Time that it has left, in seconds; undefined when the registrar does not say. */
  readonly expiresSeconds: number | undefined;
  /** Preference from 0 to 1. */
  readonly q: number | undefined;
  /** URN of the user agent (RFC 5626 §4.1), when it has told one. */
  readonly instanceId: string | undefined;
  readonly regId: number | undefined;
}

/** More than any registrar keeps for one user. */
const maxBindings = 100;

/** The bindings in the 2xx to a REGISTER. */
export function bindingsOf(response: SipResponse): readonly Binding[] {
  return contactsOf(response).slice(0, maxBindings).map(bindingOf);
}

/** Among `bindings` the one of `contact`: by its URI, else by instance, else the only one, since some registrars rewrite Contact. */
export function findBinding(
  response: SipResponse,
  contact: ContactAddress,
  instanceId: string | undefined,
  regId: number | undefined,
): Binding | undefined {
  const contacts = contactsOf(response);
  const same =
    contacts.find(({ uri }) => contact.uri.equals(uri)) ??
    contacts.find((each) => {
      const binding = bindingOf(each);
      return instanceId !== undefined && binding.instanceId === instanceId && (binding.regId ?? regId) === regId;
    }) ??
    (contacts.length === 1 ? contacts[0] : undefined);
  return same && bindingOf(same);
}

function contactsOf(response: SipResponse): ContactAddress[] {
  return response.getAll(Contact).filter((contact) => contact !== "*");
}

function bindingOf(contact: ContactAddress): Binding {
  const { uri, expires, q, parameters } = contact;
  const instance = parameters.get("+sip.instance");
  return {
    contact: flat(uri.toString()),
    expiresSeconds: expires,
    q,
    instanceId: instance === undefined ? undefined : flat(instance.replace(/^<(.*)>$/, "$1")),
    regId: parameters.getInteger("reg-id"),
  };
}
