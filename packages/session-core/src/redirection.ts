import { Contact, type SipResponse } from "@sidetone/sip-core";

/** The URIs of a redirection's Contact header fields, highest q first, equal ones in their order (RFC 3261 §8.1.3.4). */
export function contactsOf(response: SipResponse): string[] {
  return response
    .getAll(Contact)
    .filter((contact) => contact !== "*")
    .map((contact) => ({ uri: contact.uri.toString(), q: contact.q ?? 1 }))
    .sort((a, b) => b.q - a.q)
    .map(({ uri }) => uri);
}
