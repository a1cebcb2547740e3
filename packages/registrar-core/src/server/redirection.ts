import type { Refusal } from "@sidetone/dialog-core";
import { SipUri, type SipRequest } from "@sidetone/sip-core";
import { contactOf } from "../registration/registration-answer.ts";
import type { Registrar } from "../registration/registrar.ts";

/**
 * Where the user of the Request-URI is (RFC 3261 §8.3): 302 with the contacts, 480 when there is none now, whether the user exists or not,
 * 404 in another domain.
 */
export function redirection(request: SipRequest, registrar: Registrar, nowMs: number): Refusal {
  const { requestUri } = request;
  if (!(requestUri instanceof SipUri)) return { statusCode: 416 };
  if (!registrar.domains.addressOfRecord(requestUri)) return { statusCode: 404 };
  // "a redirect server MUST NOT redirect a request to a URI equal to the one in the Request-URI" (§8.3)
  const contacts = registrar.lookup(requestUri).filter(({ contact }) => contact !== request.requestUriText);
  if (contacts.length === 0) return { statusCode: 480 };
  return { statusCode: 302, headers: contacts.map((binding) => ["Contact", contactOf(binding, nowMs)]) };
}
