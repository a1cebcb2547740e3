import type { TransitionTable } from "@sidetone/infra-common";

export type NonInviteClientState = "Trying" | "Proceeding" | "Completed" | "Terminated";
export type NonInviteClientInput = "timerE" | "timerF" | "timerK" | "1xx" | "200-699" | "superseded" | "transportError";
export type NonInviteClientAction =
  | "retransmit"
  | "doubleTimerE"
  | "startTimerEAtT2"
  | "stopTimers"
  | "startTimerK"
  | "passToUser"
  | "reportTimeout"
  | "reportTransportError"
  | "trace"
  | "release"
  | "end";

/** Client transaction of any other request: RFC 3261 §17.1.2.2 Figure 6. */
// prettier-ignore
export const nonInviteClientTable: TransitionTable<NonInviteClientState, NonInviteClientInput, NonInviteClientAction> = {
  Trying: {
    timerE:         ["Trying", "retransmit", "doubleTimerE"],
    timerF:         ["Terminated", "end", "reportTimeout"],
    transportError: ["Terminated", "end", "reportTransportError"],
    superseded:     ["Terminated", "end"],
    "1xx":          ["Proceeding", "passToUser"],
    "200-699":      ["Completed", "stopTimers", "startTimerK", "passToUser", "release"],
  },
  Proceeding: {
    timerE:         ["Proceeding", "retransmit", "startTimerEAtT2"],
    timerF:         ["Terminated", "end", "reportTimeout"],
    transportError: ["Terminated", "end", "reportTransportError"],
    superseded:     ["Terminated", "end"],
    "1xx":          ["Proceeding", "passToUser"],
    "200-699":      ["Completed", "stopTimers", "startTimerK", "passToUser", "release"],
  },
  Completed: {
    timerK:         ["Terminated", "end"],
    transportError: ["Completed", "trace"],
  },
  Terminated: {},
};
