import type { Body } from "@sidetone/sip-core";

/** Why an offer is wanted. A `refresh` repeats the session as it is and keeps the SDP version (RFC 4028 §7.4). */
export type OfferReason = "initial" | "modify" | "refresh";

/**
 * Makes and takes session descriptions for an INVITE usage, which knows nothing of their content.
 *
 * dialog-core pulls; the layer that joins signalling and media implements it. Every method may return its value or a promise
 * of it: with a value, an INVITE is answered before the call that delivered it returns. While a promise is pending, CANCEL, BYE and
 * termination remain legal; they abort `signal`, and the result is then ignored. A throw counts as a rejection. The signal is only
 * for the time until the value is there; do not keep it.
 * The usage asks for one thing at a time and keeps to the order that RFC 3264 and RFC 6337 allow.
 */
export interface MediaNegotiator {
  /** The next offer. A rejection ends an unanswered call (500) and leaves an answered one as it was. */
  createOffer(reason: OfferReason, signal: AbortSignal): Body | Promise<Body>;
  /**
   * The answer to the peer's offer. A rejection refuses the INVITE with 488 (RFC 3261 §13.3.1.3); one by a {@link DialogError}
   * `DIALOG_MEDIA` with a `statusCode`, with that.
   */
  acceptOffer(offer: Body, signal: AbortSignal): Body | Promise<Body>;
  /**
   * The peer's answer to the last offer. `provisional`: from an unreliable 1xx, a preview for early media that the final one repeats
   * (RFC 6337 §3.1.1). A rejection of the final answer ends the call with BYE.
   */
  acceptAnswer(answer: Body, kind: "provisional" | "final"): void | Promise<void>;
  /** The modification was refused: the session is again what it was before the last `createOffer` or `acceptOffer`. */
  rollback(): void | Promise<void>;
  /**
   * A second negotiator that stands where this one stood when its initial offer was sent: one per further early dialog of a forked
   * INVITE. May be called after this one has taken answers. Closing one leaves the others open.
   */
  fork(): MediaNegotiator;
  /** The usage is over; called exactly once per negotiator. */
  close(): void | Promise<void>;
}
