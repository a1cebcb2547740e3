import type { TransitionTable } from "@sidetone/infra-common";

export type InviteServerState = "Proceeding" | "Accepted" | "Completed" | "Confirmed" | "Terminated";
export type InviteServerInput =
  "INVITE" | "ACK" | "trying" | "1xx" | "2xx" | "300-699" | "timerG" | "timerH" | "timerI" | "timerL" | "transportError";
export type InviteServerAction =
  | "sendTrying"
  | "send"
  | "sendFinal"
  | "resend"
  | "stopTimers"
  | "startTimerG"
  | "doubleTimerG"
  | "startTimerH"
  | "startTimerI"
  | "startTimerL"
  | "reportAcked"
  | "reportTransportError"
  | "reportTerminated"
  | "end";

/** INVITE server transaction: RFC 3261 §17.2.1 Figure 7 as RFC 6026 §8.7 replaces it. */
// prettier-ignore
export const inviteServerTable: TransitionTable<InviteServerState, InviteServerInput, InviteServerAction> = {
  Proceeding: {
    INVITE:         ["Proceeding", "resend"],
    trying:         ["Proceeding", "sendTrying"],           // the user has not answered within 200 ms
    "1xx":          ["Proceeding", "stopTimers", "send"],
    "2xx":          ["Accepted", "stopTimers", "sendFinal", "startTimerL"],
    "300-699":      ["Completed", "stopTimers", "sendFinal", "startTimerG", "startTimerH"],
    transportError: ["Proceeding", "reportTransportError"],
  },
  Completed: {
    INVITE:         ["Completed", "resend"],
    ACK:            ["Confirmed", "stopTimers", "startTimerI", "reportAcked"],
    timerG:         ["Completed", "resend", "doubleTimerG"],
    timerH:         ["Terminated", "end", "reportTerminated"],
    transportError: ["Completed", "reportTransportError"],
  },
  Accepted: {
    "2xx":          ["Accepted", "resend"],                 // RFC 6026 §7.1: the INVITE is absorbed, the user repeats its 2xx
    timerL:         ["Terminated", "end", "reportTerminated"],
    transportError: ["Accepted", "reportTransportError"],
  },
  Confirmed: {
    timerI:         ["Terminated", "end", "reportTerminated"],
  },
  Terminated: {},
};
