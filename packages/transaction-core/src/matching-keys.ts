import type { SipRequest } from "@sidetone/sip-core";

/** With which every branch of RFC 3261 begins; older elements write anything else (§8.1.1.7). */
export const magicCookie = "z9hG4bK";

/**
 * Under which a request is matched to its server transaction (RFC 3261 §17.2.3): branch, sent-by and method, with the method of an
 * ACK or CANCEL replaced by that of the request it belongs to.
 *
 * A branch without the magic cookie says nothing: RFC 2543 takes the Request-URI, From tag, Call-ID, CSeq number and top Via instead.
 * The To tag, which an ACK has and its INVITE may not have, is compared afterwards ({@link isFromOldElement}).
 */
export function transactionKey(request: SipRequest, method: string): string {
  const { branch, host, port } = request.topVia;
  if (branch?.startsWith(magicCookie)) return flattened(`${branch} ${host} ${port ?? ""} ${method}`);
  const { requestUriText, fromTag, callId, sequenceNumber, topVia } = request;
  return flattened([requestUriText, fromTag, callId, sequenceNumber, topVia.transport, host, port, branch, method].join(" "));
}

/** Whether the request comes from an element of RFC 2543. */
export function isFromOldElement(request: SipRequest): boolean {
  return !request.topVia.branch?.startsWith(magicCookie);
}

/** Under which a request finds itself when a fork brings it over two ways (RFC 3261 §8.2.2.2); undefined inside a dialog, where that cannot be. */
export function mergeKey(request: SipRequest): string | undefined {
  if (request.toTag !== undefined) return undefined;
  return flattened(`${request.callId} ${request.fromTag ?? ""} ${request.sequenceNumber} ${request.method}`);
}

/** The engine keeps a concatenation as a tree over its parts, here slices of a whole message. Looking at a character makes one string of it. */
function flattened(text: string): string {
  text.charCodeAt(0);
  return text;
}
