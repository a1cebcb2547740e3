/** The messages of an INVITE usage that can carry a session description (RFC 6337 Table 1 without its PRACK and UPDATE rows). */
export type DescriptionCarrier = "INVITE" | "1xx" | "2xx" | "ACK";

/** What a description in a message is. A `preview` is an answer in an unreliable response, which the 2xx repeats. */
export type DescriptionRole = "offer" | "answer" | "preview" | "none";

/** One exchange of offer and answer: did the INVITE carry the offer, or does the 2xx? */
export type OfferAnswerPattern = "early offer" | "late offer";

/**
 * Which message carries what (RFC 6337 Table 1 patterns 1 and 2; §3.1.1: without 100rel a 1xx never carries an offer, and its
 * description only previews the answer). The same rows hold for a re-INVITE.
 */
// prettier-ignore
export const offerAnswerPatterns: Readonly<Record<OfferAnswerPattern, Readonly<Record<DescriptionCarrier, DescriptionRole>>>> = {
  "early offer": { INVITE: "offer", "1xx": "preview", "2xx": "answer", ACK: "none" },
  "late offer":  { INVITE: "none",  "1xx": "none",    "2xx": "offer",  ACK: "answer" },
};

/** How far INVITE transactions and their offers have come within a dialog, either way. */
export type OfferAnswerSituation =
  | "Idle"
  /** Our INVITE has no final response yet. */
  | "InviteSent"
  /** The 2xx to our INVITE came; the media has still to take its answer, or to make the answer for the ACK. */
  | "SuccessReceived"
  /** The peer's INVITE has no final response from us yet. */
  | "InviteReceived"
  /** Our 2xx carried the answer; the ACK is still to come. */
  | "AnswerSent"
  /** Our 2xx carried the offer; the ACK with its answer is still to come, or the media has still to take it. */
  | "OfferSent";

export interface OfferRights {
  /** Whether we may send an INVITE now, or have to wait (RFC 3261 §14.1). */
  readonly send: "now" | "wait";
  /** What becomes of an INVITE that the peer sends now: taken, or refused with this status code (RFC 3261 §14.2). */
  readonly receive: "take" | 491 | 500;
}

/** Who may offer when: RFC 3261 §14.1 and §14.2, RFC 6337 §4.1 and §4.2, RFC 5407 §3.1.4 (AnswerSent) and §3.1.5 (OfferSent). */
// prettier-ignore
export const offerRights: Readonly<Record<OfferAnswerSituation, OfferRights>> = {
  Idle:            { send: "now",  receive: "take" },
  InviteSent:      { send: "wait", receive: 491 },
  SuccessReceived: { send: "wait", receive: 491 },
  InviteReceived:  { send: "wait", receive: 500 },
  AnswerSent:      { send: "wait", receive: "take" },
  OfferSent:       { send: "wait", receive: 491 },
};
