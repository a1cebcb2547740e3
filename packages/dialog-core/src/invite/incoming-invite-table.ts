import type { TransitionTable } from "@sidetone/infra-common";
import { sessionRows, type SessionAction, type SessionInput, type SessionState } from "./session-rows.ts";

export type IncomingInviteState =
  | SessionState
  /** The user decides; at most 100 was sent. */
  | "Trying"
  /** The media makes the description that a 1xx will carry. */
  | "EarlyMediaPending"
  /** A 101–199 was sent. */
  | "Ringing"
  /** The user answered; the media makes the answer, or the offer, that the 2xx waits for. */
  | "AnswerPending"
  /** The 2xx is retransmitted until the ACK comes. */
  | "Accepted"
  /** The user hung up before the ACK: the BYE waits for it (RFC 3261 §15). */
  | "ByePending"
  /** The ACK carried the answer; the media takes it. */
  | "MediaPending";

export type IncomingInviteInput =
  | SessionInput
  | "ring"
  | "ringWithMedia"
  | "answer"
  | "reject"
  /** The peer's CANCEL; its 200 was sent by the transaction layer. */
  | "cancel"
  | "descriptionReady"
  | "ack"
  | "mediaReady";

export type IncomingInviteAction =
  | SessionAction
  | "sendProvisional"
  | "sendEarlyDescription"
  | "pullDescription"
  | "takeOptions"
  | "sendSuccess"
  | "stopRetransmission"
  | "takeAck"
  | "reportEstablished"
  | "endRejected"
  | "endCancelled"
  | "endByEarlyBye"
  | "endMediaFailed";

/** The callee's INVITE usage: RFC 3261 §13.3 and §15, with the states in which it waits for the media spelled out. */
// prettier-ignore
export const incomingInviteTable: TransitionTable<IncomingInviteState, IncomingInviteInput, IncomingInviteAction> = {
  Trying: {
    ring:             ["Ringing", "sendProvisional"],
    ringWithMedia:    ["EarlyMediaPending", "pullDescription"],
    answer:           ["AnswerPending", "pullDescription"],
    reject:           ["Terminated", "endRejected"],
    terminate:        ["Terminated", "endRejected"],
    cancel:           ["Terminated", "endCancelled"],
    close:            ["Terminated", "endClosed"],
  },
  EarlyMediaPending: {
    descriptionReady: ["Ringing", "sendEarlyDescription"],
    mediaFailed:      ["Terminated", "endMediaFailed"],
    ring:             ["EarlyMediaPending", "sendProvisional"],
    answer:           ["AnswerPending", "takeOptions"],   // the description on its way goes into the 2xx
    reject:           ["Terminated", "abortMedia", "endRejected"],
    terminate:        ["Terminated", "abortMedia", "endRejected"],
    cancel:           ["Terminated", "abortMedia", "endCancelled"],
    bye:              ["Terminated", "abortMedia", "endByEarlyBye"],
    close:            ["Terminated", "abortMedia", "endClosed"],
  },
  Ringing: {
    ring:             ["Ringing", "sendProvisional"],
    ringWithMedia:    ["EarlyMediaPending", "pullDescription"],
    answer:           ["AnswerPending", "pullDescription"],
    reject:           ["Terminated", "endRejected"],
    terminate:        ["Terminated", "endRejected"],
    cancel:           ["Terminated", "endCancelled"],
    bye:              ["Terminated", "endByEarlyBye"],    // the caller may end an early dialog with BYE (RFC 3261 §15, RFC 5407 Appendix A)
    close:            ["Terminated", "endClosed"],
  },
  AnswerPending: {
    descriptionReady: ["Accepted", "sendSuccess"],
    mediaFailed:      ["Terminated", "endMediaFailed"],
    reject:           ["Terminated", "abortMedia", "endRejected"],
    terminate:        ["Terminated", "abortMedia", "endRejected"],
    cancel:           ["Terminated", "abortMedia", "endCancelled"],
    bye:              ["Terminated", "abortMedia", "endByEarlyBye"],
    close:            ["Terminated", "abortMedia", "endClosed"],
  },
  Accepted: {
    ack:              ["MediaPending", "stopRetransmission", "takeAck"],
    ackTimeout:       ["Terminating", "blameMissingAck", "sendBye"],
    terminate:        ["ByePending", "blameLocal"],       // "MUST NOT send a BYE … until it has received an ACK … or until the server transaction times out"
    gone:             ["ByePending", "blameFailure"],
    mediaFailed:      ["ByePending", "blameMedia"],
    bye:              ["Terminated", "stopRetransmission", "endByPeer"],
    close:            ["Terminated", "stopRetransmission", "endClosed"],
  },
  ByePending: {
    ack:              ["Terminating", "stopRetransmission", "sendBye"],
    ackTimeout:       ["Terminating", "sendBye"],
    bye:              ["Terminated", "stopRetransmission", "endAsBlamed"],
    close:            ["Terminated", "stopRetransmission", "endAsBlamed"],
  },
  MediaPending: {
    mediaReady:       ["Established", "reportEstablished"],
    mediaFailed:      ["Terminating", "blameMedia", "sendBye"],
    gone:             ["Terminating", "blameFailure", "sendBye"],
    terminate:        ["Terminating", "blameLocal", "sendBye"],
    bye:              ["Terminated", "endByPeer"],
    close:            ["Terminated", "endClosed"],
  },
  ...sessionRows,
};
