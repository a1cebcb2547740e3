import type { TransitionTable } from "@sidetone/infra-common";
import { sessionRows, type SessionAction, type SessionInput, type SessionState } from "./session-rows.ts";

export type OutgoingInviteState =
  | SessionState
  /** The media makes the offer; nothing was sent. */
  | "OfferPending"
  /** The INVITE is on its way to a target; no response yet. */
  | "Calling"
  /** A provisional response came. */
  | "Proceeding"
  /** The user gave up: CANCEL goes out with the first 1xx, and a final response is awaited. */
  | "Cancelling"
  /** The 2xx carried the offer; the media makes the answer that the ACK waits for. */
  | "AnswerPending"
  /** The ACK was sent; the media takes the answer. */
  | "MediaPending";

export type OutgoingInviteInput =
  | SessionInput
  | "offerReady"
  | "provisional"
  /** The first 2xx, to an INVITE that carried the offer. */
  | "answered"
  /** The first 2xx, to an INVITE without offer. */
  | "offered"
  /** 300–699. */
  | "refused"
  /** No response, or no way to send. */
  | "failed"
  | "answerReady"
  | "mediaReady";

export type OutgoingInviteAction =
  | SessionAction
  | "sendInvite"
  | "cancelInvite"
  | "takeProvisional"
  | "confirm"
  | "sendAck"
  | "sendAckWithAnswer"
  | "pullAnswer"
  | "giveAnswer"
  | "reportEstablished"
  | "endRefused"
  | "endFailed"
  | "endCancelled"
  | "endMediaFailed"
  | "blamePeer";

/** The caller's INVITE usage: RFC 3261 §13.2, with the states in which it waits for the media spelled out. */
// prettier-ignore
export const outgoingInviteTable: TransitionTable<OutgoingInviteState, OutgoingInviteInput, OutgoingInviteAction> = {
  OfferPending: {
    offerReady:  ["Calling", "sendInvite"],
    mediaFailed: ["Terminated", "endMediaFailed"],
    terminate:   ["Terminated", "abortMedia", "endCancelled"],
    close:       ["Terminated", "abortMedia", "endClosed"],
  },
  Calling: {
    provisional: ["Proceeding", "takeProvisional"],
    answered:    ["MediaPending", "confirm", "sendAck", "giveAnswer"],
    offered:     ["AnswerPending", "confirm", "pullAnswer"],
    refused:     ["Terminated", "endRefused"],
    failed:      ["Terminated", "endFailed"],
    terminate:   ["Cancelling", "blameLocal", "cancelInvite"],
    mediaFailed: ["Cancelling", "blameMedia", "cancelInvite"],
    close:       ["Terminated", "endClosed"],
  },
  Proceeding: {
    provisional: ["Proceeding", "takeProvisional"],
    answered:    ["MediaPending", "confirm", "sendAck", "giveAnswer"],
    offered:     ["AnswerPending", "confirm", "pullAnswer"],
    refused:     ["Terminated", "endRefused"],
    failed:      ["Terminated", "endFailed"],
    terminate:   ["Cancelling", "blameLocal", "cancelInvite"],
    mediaFailed: ["Cancelling", "blameMedia", "cancelInvite"],
    bye:         ["Cancelling", "blamePeer", "cancelInvite"],    // no callee may, some do (RFC 3261 §15); the INVITE still needs its end
    close:       ["Terminated", "endClosed"],
  },
  Cancelling: {
    answered:    ["Terminating", "confirm", "sendAck", "sendBye"], // CANCEL and 200 crossed (RFC 5407 §3.1.2): the session exists, so end it
    offered:     ["Terminating", "confirm", "sendAck", "sendBye"], // nobody is left to make the answer
    refused:     ["Terminated", "endCancelled"],
    failed:      ["Terminated", "endCancelled"],
    close:       ["Terminated", "endClosed"],
  },
  AnswerPending: {
    answerReady: ["Established", "sendAckWithAnswer", "reportEstablished"],
    mediaFailed: ["Terminating", "blameMedia", "sendAck", "sendBye"],
    terminate:   ["Terminating", "blameLocal", "abortMedia", "sendAck", "sendBye"],
    bye:         ["Terminated", "abortMedia", "sendAck", "endByPeer"],
    close:       ["Terminated", "abortMedia", "endClosed"],
  },
  MediaPending: {
    mediaReady:  ["Established", "reportEstablished"],
    mediaFailed: ["Terminating", "blameMedia", "sendBye"],
    gone:        ["Terminating", "blameFailure", "sendBye"],
    terminate:   ["Terminating", "blameLocal", "sendBye"],
    bye:         ["Terminated", "endByPeer"],
    close:       ["Terminated", "endClosed"],
  },
  ...sessionRows,
};
