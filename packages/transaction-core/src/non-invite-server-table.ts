import type { TransitionTable } from "@sidetone/infra-common";

export type NonInviteServerState = "Trying" | "Proceeding" | "Completed" | "Terminated";
export type NonInviteServerInput = "request" | "trying" | "200-699" | "timerJ" | "expired" | "transportError";
export type NonInviteServerAction =
  | "sendTrying"
  | "sendFinal"
  | "resend"
  | "stopTimers"
  | "startExpiry"
  | "startTimerJ"
  | "reportTransportError"
  | "reportTerminated"
  | "end";

/**
 * Server transaction of any other request: RFC 3261 §17.2.2 Figure 8, with the two rules of RFC 4320: 100 goes out by itself
 * and late (§4.1), and after 64·T1, when the client has given up, nothing is sent any more (§4.2).
 */
// prettier-ignore
export const nonInviteServerTable: TransitionTable<NonInviteServerState, NonInviteServerInput, NonInviteServerAction> = {
  Trying: {
    trying:         ["Proceeding", "sendTrying", "startExpiry"],
    "200-699":      ["Completed", "stopTimers", "sendFinal", "startTimerJ"],
    transportError: ["Terminated", "end", "reportTransportError"],
  },
  Proceeding: {
    request:        ["Proceeding", "resend"],
    expired:        ["Terminated", "end", "reportTerminated"],
    "200-699":      ["Completed", "stopTimers", "sendFinal", "startTimerJ"],
    transportError: ["Terminated", "end", "reportTransportError"],
  },
  Completed: {
    request:        ["Completed", "resend"],
    timerJ:         ["Terminated", "end", "reportTerminated"],
    transportError: ["Terminated", "end", "reportTransportError"],
  },
  Terminated: {},
};
