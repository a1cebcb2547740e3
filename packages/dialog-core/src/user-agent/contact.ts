import type { Flow } from "@sidetone/sip-transport";
import type { OwnAddresses } from "./own-addresses.ts";

/**
 * Contact of this user agent as seen over `flow` (RFC 3261 §8.1.1.8): its sent-by, the address that the server at the other end has told,
 * or that is configured for the account, and the transport when it is not UDP, so that requests within the dialog come the same way. A sips
 * request needs a sips Contact.
 */
export function registeredContactOf(
  addresses: OwnAddresses,
  flow: Flow,
  user: string | undefined,
  isSips: boolean,
  accountId: string | undefined,
): string {
  const userPart = user === undefined ? "" : `${user}@`;
  return `<${isSips ? "sips" : "sip"}:${userPart}${addresses.of(flow, accountId)}${transportParameter(flow, isSips)}>`;
}

/**
 * The same in what makes a dialog, or is within one: over a flow that is registered for outbound, "the UA adds the ob parameter" and asks for
 * the requests of the dialog to come over this flow (RFC 5626 §4.3).
 */
export function contactOf(
  addresses: OwnAddresses,
  flow: Flow,
  user: string | undefined,
  isSips: boolean,
  accountId: string | undefined,
): string {
  const contact = registeredContactOf(addresses, flow, user, isSips, accountId);
  return addresses.outbound.has(flow) ? `${contact.slice(0, -1)};ob>` : contact;
}

/** A sips URI names TLS by itself; over WebSocket the parameter is `ws`, be it over TLS or not, where the scheme or the flow tells (RFC 7118 §5.2.2, §8). */
function transportParameter({ transport, sentBy }: Flow, isSips: boolean): string {
  if (transport === "WSS") return isSips || sentBy.endsWith(".invalid") ? ";transport=ws" : ";transport=wss";
  if (isSips || transport === "UDP") return "";
  return `;transport=${transport.toLowerCase()}`;
}

/** Whether a request with this Request-URI and next hop is bound to TLS: "if the Request-URI or top Route … contains a SIPS URI" (RFC 3261 §8.1.1.8). */
export function isBoundToTls(requestUri: string, nextHop: string): boolean {
  return sips.test(requestUri) || sips.test(nextHop);
}

const sips = /^sips:/i;
