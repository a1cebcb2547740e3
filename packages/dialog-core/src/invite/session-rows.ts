import type { Transition } from "@sidetone/infra-common";

/** States that caller and callee share once the call is answered. */
export type SessionState = "Established" | "Terminating" | "Terminated";

/** Inputs that caller and callee share. */
export type SessionInput =
  /** The user ends the usage. */
  | "terminate"
  /** The peer's BYE, answered already. */
  | "bye"
  /** Our BYE has its final response, or will never get one. */
  | "byeDone"
  /** A request of ours failed in a way that ends the usage (RFC 5057). */
  | "gone"
  /** No ACK within 64·T1 of a 2xx of ours, to the first INVITE or to a re-INVITE. */
  | "ackTimeout"
  /** The media negotiator refused, or offer and answer did not meet. */
  | "mediaFailed"
  /** The user-agent core closes. */
  | "close";

export type SessionAction =
  "blameLocal" | "blameFailure" | "blameMedia" | "blameMissingAck" | "sendBye" | "abortMedia" | "endByPeer" | "endAsBlamed" | "endClosed";

type SessionRows = Readonly<Record<SessionState, Readonly<Partial<Record<SessionInput, Transition<SessionState, SessionAction>>>>>>;

/**
 * The answered call (RFC 3261 §15). A BYE that crosses ours ends the usage at once (RFC 5407 §3.2.1); every other request that
 * finds it Terminating is answered 481 (RFC 5407 §3.2.2).
 */
// prettier-ignore
export const sessionRows: SessionRows = {
  Established: {
    terminate:   ["Terminating", "blameLocal", "sendBye"],
    gone:        ["Terminating", "blameFailure", "sendBye"],
    mediaFailed: ["Terminating", "blameMedia", "sendBye"],
    ackTimeout:  ["Terminating", "blameMissingAck", "sendBye"],
    bye:         ["Terminated", "endByPeer"],
    close:       ["Terminated", "endClosed"],
  },
  Terminating: {
    byeDone:     ["Terminated", "endAsBlamed"],
    bye:         ["Terminated", "endAsBlamed"],
    close:       ["Terminated", "endAsBlamed"],
  },
  Terminated: {},
};
