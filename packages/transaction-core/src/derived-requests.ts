import { SipRequest, type HeaderInput, type SipResponse } from "@sidetone/sip-core";

/**
 * The ACK for a 300–699 (RFC 3261 §17.1.1.3): Request-URI, Route, From, Call-ID and CSeq number of the INVITE, To of the response.
 * Without Via, which is that of the INVITE.
 */
export function acknowledgementOf(invite: SipRequest, response: SipResponse): SipRequest {
  return derivedRequest(invite, "ACK", response.getText("To") ?? "", []);
}

/** The CANCEL for an INVITE (RFC 3261 §9.1): its Request-URI, Route, From, To, Call-ID and CSeq number. Without Via, which is that of the INVITE. */
export function cancelFor(invite: SipRequest, headers: readonly HeaderInput[]): SipRequest {
  return derivedRequest(invite, "CANCEL", invite.getText("To") ?? "", headers);
}

function derivedRequest(invite: SipRequest, method: "ACK" | "CANCEL", to: string, headers: readonly HeaderInput[]): SipRequest {
  const routes = invite.getAllText("Route").map((route): HeaderInput => ["Route", route]);
  return SipRequest.create({
    method,
    requestUri: invite.requestUriText,
    headers: [
      ["Max-Forwards", "70"],
      ...routes,
      ["From", invite.getText("From") ?? ""],
      ["To", to],
      ["Call-ID", invite.callId],
      ["CSeq", `${invite.sequenceNumber} ${method}`],
      ...headers,
    ],
  });
}
