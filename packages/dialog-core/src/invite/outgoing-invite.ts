import type { InviteUsage, TerminateOptions } from "./invite-usage.ts";

/** A call that this side makes. */
export interface OutgoingInvite extends InviteUsage {
  readonly role: "UAC";
  /** Gives up before the answer: CANCEL once a 1xx has come (RFC 3261 §9.1). The same as `terminate`. */
  cancel(options?: TerminateOptions): void;
}
