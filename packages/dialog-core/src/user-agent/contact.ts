import type { Flow } from "@sidetone/sip-transport";

/**
 * Contact of this user agent as seen over `flow` (RFC 3261 §8.1.1.8): its sent-by, and the transport when it is not UDP, so
 * that requests within the dialog come the same way. A sips request needs a sips Contact.
 */
export function contactOf(flow: Flow, user: string | undefined, isSips: boolean): string {
  const userPart = user === undefined ? "" : `${user}@`;
  if (isSips) return `<sips:${userPart}${flow.sentBy}>`;
  return flow.transport === "UDP"
    ? `<sip:${userPart}${flow.sentBy}>`
    : `<sip:${userPart}${flow.sentBy};transport=${flow.transport.toLowerCase()}>`;
}
