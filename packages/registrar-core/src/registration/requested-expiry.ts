import type { Refusal } from "@sidetone/dialog-core";
import { Expires, type ContactAddress, type SipRequest } from "@sidetone/sip-core";
import type { RegistrationLimits } from "./registration-limits.ts";

/**
 * How long a contact is to be bound: its `expires`, else the Expires field, else the registrar's default (RFC 3261 §10.3 step 7). 0
 * removes it; what is too long is shortened, what is too short refused.
 */
export function requestedExpiry(contact: ContactAddress, request: SipRequest, limits: RegistrationLimits): number | Refusal {
  const { minExpiresSeconds, maxExpiresSeconds, defaultExpiresSeconds } = limits;
  const seconds = contact.expires ?? request.get(Expires) ?? defaultExpiresSeconds;
  if (seconds > 0 && seconds < minExpiresSeconds) return { statusCode: 423, headers: [["Min-Expires", String(minExpiresSeconds)]] };
  return Math.min(seconds, maxExpiresSeconds);
}
