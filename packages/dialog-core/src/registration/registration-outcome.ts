import { Contact, ProxyAuthenticate, RetryAfter, SipUri, WWWAuthenticate, type SipResponse } from "@sidetone/sip-core";
import { DialogError } from "../errors.ts";

/**
 * Whether a refusal may be another answer a little later: the registrar is busy, restarting or cut off. A wrong password, a forbidden or an
 * unknown user (401, 403, 404) is not, unless the registrar itself says when to come back, or that only the nonce was wrong.
 */
export function mayHeal(response: SipResponse): boolean {
  return healing.has(response.statusCode) || response.has(RetryAfter.name) || isStale(response);
}

// stale: "the client may wish to simply retry the request … without reprompting the user for a new username and password" (RFC 7616 §3.3)
function isStale(response: SipResponse): boolean {
  return [...response.getAll(WWWAuthenticate), ...response.getAll(ProxyAuthenticate)].some(({ stale }) => stale);
}

// 408, 480 and these 5xx tell of a moment (RFC 3261 §21.4.9, §21.4.18, §21.5), 430 "Flow Failed" too (RFC 5626 §11.5);
// 501, 505 and 513 of what the server is.
const healing: ReadonlySet<number> = new Set([408, 430, 480, 500, 502, 503, 504]);

export function refused(response: SipResponse): DialogError {
  const { statusCode, reasonPhrase } = response;
  return new DialogError("DIALOG_REFUSED", `The registrar refused: ${statusCode} ${reasonPhrase}`, { response });
}

/** A 2xx without the binding that was asked for. */
export function notKept(response: SipResponse): DialogError {
  return new DialogError("DIALOG_REFUSED", "The registrar answered with success, but keeps no binding", { response, statusCode: 500 });
}

/** What the binding leads over is dead, though the registrar may not know it yet. */
export function flowLost(cause: Error): DialogError {
  return new DialogError("DIALOG_FLOW_LOST", `The flow to the registrar has failed: ${cause.message}`, { cause });
}

export function noAnswerToRemoval(): DialogError {
  return new DialogError("DIALOG_TIMEOUT", "The registrar did not answer the un-registration in time", { statusCode: 408 });
}

/** Where a 3xx sends a REGISTER, best first (RFC 3261 §8.1.3.4); undefined when it names no SIP URI to register with. */
export function redirectionOf(response: SipResponse, from: SipUri): string | undefined {
  const contacts = response.getAll(Contact).filter((contact) => contact !== "*");
  const best = contacts
    .toSorted((a, b) => (b.q ?? 1) - (a.q ?? 1))
    // A secure registration does not become an insecure one (RFC 3261 §8.1.3.4).
    .find(({ uri }) => uri instanceof SipUri && (from.scheme === "sip" || uri.scheme === "sips"));
  // "the Request-URI … userinfo and @ components … MUST NOT be present" (§10.2)
  return best && (best.uri as SipUri).withUser(undefined).withoutHeaders().toString();
}
