import type { Call } from "../call/call.ts";
import { CallState } from "../call/call-state.ts";

/** What can be done with a call at this moment. */
export interface CallCapabilities {
  readonly canAnswer: boolean;
  readonly canReject: boolean;
  readonly canHangUp: boolean;
  readonly canHold: boolean;
  readonly canResume: boolean;
  readonly canMute: boolean;
  readonly canSendDtmf: boolean;
  readonly canSendAudio: boolean;
}

export function callCapabilities(call: Call): CallCapabilities {
  const { state, holding, negotiatedMedia } = call;
  const isUndecided = call.undecided !== undefined;
  const isActive = CallState.isActive(state) && call.hasAudio;
  return {
    canAnswer: isUndecided,
    canReject: isUndecided,
    canHangUp: !CallState.isTerminated(state) && state !== "Terminating",
    canHold: isActive && !holding.local,
    canResume: isActive && holding.local,
    canMute: call.hasAudio && !CallState.isTerminated(state),
    canSendDtmf: isActive && negotiatedMedia?.telephoneEvent !== undefined,
    canSendAudio: isActive && negotiatedMedia?.sending === true,
  };
}
