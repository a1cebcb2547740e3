import type { TransitionTable } from "@sidetone/infra-common";

export type OutgoingModificationState =
  /** Behind others in the queue, or waiting for the glare timer. */
  | "Queued"
  /** The media makes the offer. */
  | "OfferPending"
  /** The re-INVITE has no final response. */
  | "Inviting"
  /** The caller of `modify` gave up: CANCEL was sent. */
  | "Cancelling"
  /** The ACK was sent; the media takes the answer. */
  | "AnswerPending"
  /** The call is over; a 2xx that still comes is acknowledged. */
  | "Abandoned"
  | "Done";

export type OutgoingModificationInput =
  | "start"
  | "offerReady"
  | "mediaFailed"
  | "answered"
  /** 491, or 500 with Retry-After: to be tried again. */
  | "pending"
  | "refused"
  | "failed"
  | "mediaReady"
  /** The `signal` of the modification was aborted. */
  | "abort"
  /** The call ends. */
  | "end";

export type OutgoingModificationAction =
  | "pullOffer"
  | "sendInvite"
  | "sendAck"
  | "giveAnswer"
  | "abortMedia"
  | "cancelInvite"
  | "giveInviteUp"
  | "rollback"
  | "retryLater"
  | "succeed"
  | "failRefused"
  | "failMedia"
  | "failAborted"
  | "failEnded"
  | "endByMedia"
  | "passOn";

/** Our re-INVITE (RFC 3261 §14.1). Whatever refuses it leaves the session as it was. */
// prettier-ignore
export const outgoingModificationTable: TransitionTable<OutgoingModificationState, OutgoingModificationInput, OutgoingModificationAction> = {
  Queued: {
    start:       ["OfferPending", "pullOffer"],
    abort:       ["Done", "failAborted", "passOn"],
    end:         ["Done", "failEnded"],
  },
  OfferPending: {
    offerReady:  ["Inviting", "sendInvite"],
    mediaFailed: ["Done", "failMedia", "passOn"],
    abort:       ["Done", "abortMedia", "rollback", "failAborted", "passOn"],
    end:         ["Done", "abortMedia", "failEnded"],
  },
  Inviting: {
    answered:    ["AnswerPending", "sendAck", "giveAnswer"],
    pending:     ["Queued", "rollback", "retryLater"],
    refused:     ["Done", "rollback", "failRefused", "passOn"],
    failed:      ["Done", "rollback", "failRefused", "passOn"],
    abort:       ["Cancelling", "cancelInvite"],
    end:         ["Abandoned", "giveInviteUp", "failEnded"],
  },
  Cancelling: {
    answered:    ["AnswerPending", "sendAck", "giveAnswer"],   // too late: the session is modified
    pending:     ["Done", "rollback", "failAborted", "passOn"],
    refused:     ["Done", "rollback", "failAborted", "passOn"],
    failed:      ["Done", "rollback", "failAborted", "passOn"],
    end:         ["Abandoned", "failEnded"],
  },
  AnswerPending: {
    mediaReady:  ["Done", "succeed", "passOn"],
    mediaFailed: ["Done", "failMedia", "endByMedia"],
    end:         ["Done", "failEnded"],
  },
  Abandoned: {
    answered:    ["Done", "sendAck"],                          // RFC 5407 §3.2.3: a 2xx is acknowledged even now
  },
  Done: {},
};
