import type { Body } from "@sidetone/dialog-core";
import type { NegotiatedMedia } from "@sidetone/sdp-core";

/** What a negotiator tells its session. */
export interface NegotiationUser {
  /** An offer of ours goes out. */
  onOfferMade(offer: Body): void;
  /** The peer's answer to it was taken. */
  onAnswerTaken(answer: Body): void;
  /** Offer and answer met, or what stood before stands again: the audio stream, undefined when it is refused. */
  onNegotiated(audio: NegotiatedMedia | undefined, heldHere: boolean): void;
}
