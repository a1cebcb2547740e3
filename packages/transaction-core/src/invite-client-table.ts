import type { TransitionTable } from "@sidetone/infra-common";

export type InviteClientState = "Calling" | "Proceeding" | "Completed" | "Accepted" | "Terminated";
export type InviteClientInput =
  | "timerA"
  | "timerB"
  | "timerD"
  | "timerM"
  | "cancelTimeout"
  | "1xx"
  | "2xx"
  | "300-699"
  | "cancelled"
  | "superseded"
  | "givenUp"
  | "transportError";
export type InviteClientAction =
  | "retransmit"
  | "doubleTimerA"
  | "stopSending"
  | "stopRepeating"
  | "startTimerD"
  | "startTimerM"
  | "recallWish"
  | "sendCancel"
  | "startCancelTimeout"
  | "passToUser"
  | "sendAck"
  | "resendAck"
  | "reportTimeout"
  | "reportTransportError"
  | "trace"
  | "release"
  | "end";

/** INVITE client transaction: RFC 3261 §17.1.1.2 Figure 5, with RFC 6026 §8.4 "Accepted" and RFC 3261 §9.1's end of a cancelled wait. */
// prettier-ignore
export const inviteClientTable: TransitionTable<InviteClientState, InviteClientInput, InviteClientAction> = {
  Calling: {
    timerA:         ["Calling", "retransmit", "doubleTimerA"],
    timerB:         ["Terminated", "end", "reportTimeout"],
    transportError: ["Terminated", "end", "reportTransportError"],
    superseded:     ["Calling", "stopRepeating"],                              // what has arrived already may still be answered
    "1xx":          ["Proceeding", "stopSending", "recallWish", "passToUser"], // §9.1: no CANCEL before a provisional response
    "2xx":          ["Accepted", "stopSending", "startTimerM", "passToUser"],
    "300-699":      ["Completed", "stopSending", "sendAck", "startTimerD", "passToUser", "release"],
  },
  Proceeding: {
    cancelled:      ["Proceeding", "sendCancel", "startCancelTimeout"],
    givenUp:        ["Proceeding", "startCancelTimeout"],   // a 1xx and nothing after it would keep the transaction for ever
    cancelTimeout:  ["Terminated", "end", "reportTimeout"], // 64·T1 after either without a final response
    transportError: ["Proceeding", "trace"],                // §18.2.2: the response may come over another connection
    "1xx":          ["Proceeding", "passToUser"],
    "2xx":          ["Accepted", "stopSending", "startTimerM", "passToUser"],
    "300-699":      ["Completed", "stopSending", "sendAck", "startTimerD", "passToUser", "release"],
  },
  Completed: {
    timerD:         ["Terminated", "end"],
    transportError: ["Completed", "trace"],                 // the user has its one final response already
    "300-699":      ["Completed", "resendAck"],
  },
  Accepted: {
    timerM:         ["Terminated", "end"],
    transportError: ["Accepted", "trace"],
    "2xx":          ["Accepted", "passToUser"],
  },
  Terminated: {},
};
