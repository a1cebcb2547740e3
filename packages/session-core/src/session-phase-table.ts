import type { TransitionTable } from "@sidetone/infra-common";

/** Where a session stands between its first INVITE and its end. Hold is orthogonal to it. */
export type SessionPhase = "Initiating" | "Ringing" | "Connected" | "Terminating" | "Ended";

export type SessionPhaseInput =
  /** Caller: a provisional response beyond 100 came. Callee: one was sent. */
  | "ringing"
  /** Offer, answer and ACK are done. */
  | "established"
  /** Somebody here ends it; the peer has not confirmed yet. */
  | "terminate"
  /** The INVITE usage is over. */
  | "terminated";

export type SessionPhaseAction = "connect" | "announce" | "finish";

/** The phases of a session, either direction. A CANCEL that loses against the answer goes Terminating → Ended like any hang-up. */
// prettier-ignore
export const sessionPhaseTable: TransitionTable<SessionPhase, SessionPhaseInput, SessionPhaseAction> = {
  Initiating: {
    ringing:     ["Ringing", "announce"],
    established: ["Connected", "connect"],
    terminate:   ["Terminating", "announce"],
    terminated:  ["Ended", "finish"],
  },
  Ringing: {
    established: ["Connected", "connect"],
    terminate:   ["Terminating", "announce"],
    terminated:  ["Ended", "finish"],
  },
  Connected: {
    terminate:   ["Terminating", "announce"],
    terminated:  ["Ended", "finish"],
  },
  Terminating: {
    terminated:  ["Ended", "finish"],
  },
  Ended: {},
};
