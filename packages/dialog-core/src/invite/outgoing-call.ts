import type { Body } from "@sidetone/sip-core";
import type { Establishment } from "./establishment.ts";
import type { InviteCall } from "./invite-call.ts";

/** The caller's usage, as the steps of its life see it. */
export interface OutgoingCall extends InviteCall {
  /** Whether the INVITE goes out without an offer. */
  readonly isLateOffer: boolean;
  /** Everything that is only needed until the call is established. */
  readonly establishment: Establishment | undefined;
  /** The answer that a 1xx of the chosen dialog carried, until the 2xx is taken. */
  preview: Body | undefined;
}
