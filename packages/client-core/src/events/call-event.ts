import type { CallEndInfo, CallInfo } from "../call/call-info.ts";
import type { CallState } from "../call/call-state.ts";
import type { EventStamp, OfCall } from "./event-stamp.ts";

/** A call came in, in state `IncomingPending`; whoever listens decides about it, unless there is a handler. */
export interface IncomingCallEvent extends EventStamp, OfCall {
  readonly type: "IncomingCall";
  readonly call: CallInfo;
}

/** A call is in another state. An outgoing call begins with one without `previousState`; the last one of every call has its `end`. */
export interface CallStateChangedEvent extends EventStamp, OfCall {
  readonly type: "CallStateChanged";
  readonly previousState: CallState | undefined;
  readonly call: CallInfo;
  readonly end: CallEndInfo | undefined;
}

export interface MicrophoneStateChangedEvent extends EventStamp, OfCall {
  readonly type: "MicrophoneStateChanged";
  readonly muted: boolean;
}

export interface SpeakerStateChangedEvent extends EventStamp, OfCall {
  readonly type: "SpeakerStateChanged";
  readonly muted: boolean;
}

/** `received`: the peer is heard, for the first time. `sent`: something is played to him. */
export interface AudioStartedEvent extends EventStamp, OfCall {
  readonly type: "AudioStarted";
  readonly direction: "sent" | "received";
}

/** `received`: the peer is not heard any more (time-out or end). `sent`: what was played has ended, or was stopped. */
export interface AudioStoppedEvent extends EventStamp, OfCall {
  readonly type: "AudioStopped";
  readonly direction: "sent" | "received";
}

export interface HoldStateChangedEvent extends EventStamp, OfCall {
  readonly type: "HoldStateChanged";
  /** Whether this side holds. */
  readonly local: boolean;
  /** Whether the peer does. */
  readonly remote: boolean;
}

export interface DtmfSentEvent extends EventStamp, OfCall {
  readonly type: "DtmfSent";
  readonly digits: string;
}

export interface DtmfReceivedEvent extends EventStamp, OfCall {
  readonly type: "DtmfReceived";
  readonly digit: string;
  readonly durationMs: number;
}
