import type { TransitionTable } from "@sidetone/infra-common";

export type IncomingModificationState =
  /** The media makes the answer, or the offer. */
  | "MediaPending"
  /** The 2xx is repeated until the ACK comes. */
  | "Accepted"
  /** The ACK carried the answer; the media takes it. */
  | "AnswerPending"
  | "Done";

export type IncomingModificationInput =
  | "descriptionReady"
  | "mediaFailed"
  | "ack"
  | "ackTimeout"
  | "mediaReady"
  /** The peer's CANCEL. */
  | "cancel"
  /** The call ends. */
  | "end";

export type IncomingModificationAction =
  | "sendSuccess"
  | "refuseMedia"
  | "refuseCancelled"
  | "abortMedia"
  | "rollback"
  | "stopRetransmission"
  | "takeAck"
  | "reportModified"
  | "endWithoutAck"
  | "endByMedia"
  | "passOn";

/** The peer's re-INVITE (RFC 3261 §14.2). */
// prettier-ignore
export const incomingModificationTable: TransitionTable<IncomingModificationState, IncomingModificationInput, IncomingModificationAction> = {
  MediaPending: {
    descriptionReady: ["Accepted", "sendSuccess"],
    mediaFailed:      ["Done", "refuseMedia", "passOn"],
    cancel:           ["Done", "abortMedia", "refuseCancelled", "rollback", "passOn"],
    end:              ["Done", "abortMedia", "refuseCancelled"],       // §15.1.2: 487 to what is pending
  },
  Accepted: {
    ack:              ["AnswerPending", "stopRetransmission", "takeAck"],
    ackTimeout:       ["Done", "endWithoutAck"],                       // §14.2: as for the first INVITE, BYE
    end:              ["Done", "stopRetransmission"],
  },
  AnswerPending: {
    mediaReady:       ["Done", "reportModified", "passOn"],
    mediaFailed:      ["Done", "endByMedia"],
    end:              ["Done"],
  },
  Done: {},
};
