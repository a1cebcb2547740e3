import type { SessionEndCause, SessionHold, SessionPhase } from "@sidetone/session-core";

/**
 * Where a call stands, in one word; made of its phase, its hold and its end.
 *
 * - `Initiating`: the INVITE is being made or on its way; nothing has come back.
 * - `Proceeding`: a provisional response came that is not 180: a server works on it, or early media plays.
 * - `Ringing`: 180 came: the other side's phone rings.
 * - `IncomingPending`: it rings here, or waits to.
 * - `Connected`, `OnHold`: answered; on hold by either side.
 * - `Terminating`: this side ends it and the peer has not confirmed yet.
 * - `Terminated`: a person ended it, here or there, or a limit set here did.
 * - `Failed`: something else ended it, or an outgoing call was refused or not answered.
 * - `Cancelled`: the caller gave up before the answer.
 */
export type CallState =
  | "Initiating"
  | "Proceeding"
  | "Ringing"
  | "IncomingPending"
  | "Connected"
  | "OnHold"
  | "Terminating"
  | "Terminated"
  | "Failed"
  | "Cancelled";

const active: ReadonlySet<CallState> = new Set<CallState>(["Connected", "OnHold"]);
const over: ReadonlySet<CallState> = new Set<CallState>(["Terminated", "Failed", "Cancelled"]);

/** From each state, the states that may follow it at once. */
// prettier-ignore
const transitions: Readonly<Record<CallState, readonly CallState[]>> = {
  Initiating:      ["Proceeding", "Ringing", "Connected", "OnHold", "Terminating", "Terminated", "Failed", "Cancelled"],
  Proceeding:      ["Ringing", "Connected", "OnHold", "Terminating", "Terminated", "Failed", "Cancelled"],
  Ringing:         ["Connected", "OnHold", "Terminating", "Terminated", "Failed", "Cancelled"],
  IncomingPending: ["Connected", "OnHold", "Terminating", "Terminated", "Failed", "Cancelled"],
  Connected:       ["OnHold", "Terminating", "Terminated", "Failed"],
  OnHold:          ["Connected", "Terminating", "Terminated", "Failed"],
  Terminating:     ["Terminated", "Failed", "Cancelled"],
  Terminated:      [],
  Failed:          [],
  Cancelled:       [],
};

/** Reads a {@link CallState}. Exactly one of the three questions is true of each. */
export const CallState: {
  /** Answered and not over: `Connected`, `OnHold`. */
  readonly isActive: (state: CallState) => boolean;
  /** Being set up or torn down: neither active nor terminated. */
  readonly isInProgress: (state: CallState) => boolean;
  /** Over: `Terminated`, `Failed`, `Cancelled`. */
  readonly isTerminated: (state: CallState) => boolean;
  readonly transitions: Readonly<Record<CallState, readonly CallState[]>>;
} = {
  isActive: (state) => active.has(state),
  isInProgress: (state) => !active.has(state) && !over.has(state),
  isTerminated: (state) => over.has(state),
  transitions,
};

/** What a state is made of. */
export interface CallStanding {
  readonly direction: "outgoing" | "incoming";
  readonly phase: SessionPhase;
  readonly hold: SessionHold;
  /** The most telling provisional response so far; 0: none. */
  readonly provisionalStatusCode: number;
  readonly end: { readonly cause: SessionEndCause; readonly endedBy: "local" | "remote" | "network" } | undefined;
}

export function callState(standing: CallStanding): CallState {
  const { direction, phase, hold, end } = standing;
  if (end && phase === "Ended") return endState(direction, end.cause, end.endedBy);
  if (phase === "Connected") return hold.local || hold.remote ? "OnHold" : "Connected";
  if (phase === "Terminating") return "Terminating";
  if (direction === "incoming") return "IncomingPending";
  if (standing.provisionalStatusCode === 0) return "Initiating";
  return standing.provisionalStatusCode === 180 ? "Ringing" : "Proceeding";
}

function endState(direction: "outgoing" | "incoming", cause: SessionEndCause, endedBy: "local" | "remote" | "network"): CallState {
  if (cause === "Cancelled") return "Cancelled";
  if (cause === "HungUp" || cause === "Closed" || cause === "DurationLimit") return "Terminated";
  // To refuse a call is a decision, to be refused a failure.
  const isDecision = cause === "Refused" || cause === "Redirected" || cause === "NoAnswer";
  return isDecision && direction === "incoming" && endedBy === "local" ? "Terminated" : "Failed";
}
