import type { CertificateExpiry } from "@sidetone/sip-transport";
import type { CallEndInfo, CallInfo, CallMediaInfo } from "../call/call-info.ts";
import type { CallState } from "../call/call-state.ts";
import type { FlowFailed, FlowRestored } from "../registration/flow-change.ts";
import type { NetworkChange } from "../network/network-change.ts";
import type { RegistrationInfo, RegistrationState } from "../registration/registration-info.ts";
import type { QualityBand, QualityCause } from "./quality-band.ts";

/** How much an event matters, least first. */
export type EventPriority = "Low" | "Normal" | "High" | "Critical";

/** Of every event. */
export interface EventStamp {
  /** Counts up by one with every event of the client, from 1. */
  readonly sequence: number;
  /** Milliseconds since the Unix epoch. */
  readonly timestampMs: number;
  readonly priority: EventPriority;
}

/** Of every event about a call. */
export interface OfCall {
  readonly callId: string;
  /** Of the call, as it is with the event. */
  readonly state: CallState;
}

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

/** A session description of ours was offered. */
export interface SdpOfferGeneratedEvent extends EventStamp, OfCall {
  readonly type: "SdpOfferGenerated";
  readonly sdp: string;
}

/** The peer's answer to it was taken. */
export interface SdpAnswerProcessedEvent extends EventStamp, OfCall {
  readonly type: "SdpAnswerProcessed";
  readonly sdp: string;
}

/** Offer and answer met: audio may flow. Not with external media. */
export interface MediaSessionStartedEvent extends EventStamp, OfCall {
  readonly type: "MediaSessionStarted";
  readonly media: CallMediaInfo;
}

/** They met again: hold, another codec, another address. */
export interface MediaSessionUpdatedEvent extends EventStamp, OfCall {
  readonly type: "MediaSessionUpdated";
  readonly media: CallMediaInfo;
}

/** The audio was refused, or the call ended. */
export interface MediaSessionStoppedEvent extends EventStamp, OfCall {
  readonly type: "MediaSessionStopped";
}

/** The quality of what is heard changed noticeably; the figures are those of the last second. */
export interface MediaQualityChangedEvent extends EventStamp, OfCall {
  readonly type: "MediaQualityChanged";
  /** Mean opinion score, 1 to 4.5 (ITU-T G.107). */
  readonly mosScore: number;
  readonly rFactor: number;
  readonly band: QualityBand;
  /** What costs most; undefined when nothing costs much. */
  readonly cause: QualityCause | undefined;
  /** For a person. */
  readonly advice: string | undefined;
}

/** Loss began, changed by a point or more, or ended (0). In percent of the last second. */
export interface PacketLossEvent extends EventStamp, OfCall {
  readonly type: "PacketLoss";
  readonly lossPercent: number;
}

/** Jitter changed by half and 5 ms or more. */
export interface JitterChangedEvent extends EventStamp, OfCall {
  readonly type: "JitterChanged";
  readonly jitterMs: number;
}

/** The registration of an account has changed: its state, its binding, or why and when it is tried again. Of no call. */
export interface RegistrationStatusChangedEvent extends EventStamp {
  readonly type: "RegistrationStatusChanged";
  readonly callId: undefined;
  readonly state: undefined;
  /** Id of the account. */
  readonly registrationId: string;
  readonly previousState: RegistrationState;
  readonly registration: RegistrationInfo;
}

/**
 * No STUN server has told the public address of a call's media in time. Its descriptions name `fallback` instead, or our own address where
 * that is undefined. Of no call: it holds for all of the account until the servers are asked again, a minute later.
 */
export interface PublicAddressUnknownEvent extends EventStamp {
  readonly type: "NetworkEvent";
  readonly kind: "PublicAddressUnknown";
  readonly callId: undefined;
  readonly state: undefined;
  readonly accountId: string;
  readonly message: string;
  readonly fallback: string | undefined;
}

/** A flow of an account has failed. Of no call. */
export interface FlowFailedEvent extends EventStamp, FlowFailed {
  readonly type: "NetworkEvent";
  readonly callId: undefined;
  readonly state: undefined;
}

/** A flow of an account is restored. Of no call. */
export interface FlowRestoredEvent extends EventStamp, FlowRestored {
  readonly type: "NetworkEvent";
  readonly callId: undefined;
  readonly state: undefined;
}

/** The network under the client has changed, or the machine has slept; or what came of it. Of no call. */
export type NetworkChangedEvent = EventStamp &
  NetworkChange & { readonly type: "NetworkEvent"; readonly callId: undefined; readonly state: undefined };

/** Told apart by `kind`. */
export type NetworkEvent = NetworkChangedEvent | PublicAddressUnknownEvent | FlowFailedEvent | FlowRestoredEvent;

/** A certificate of this client ends in 30, 7 or 1 days, or has ended. Of no call. */
export interface CertificateExpiringEvent extends EventStamp, CertificateExpiry {
  readonly type: "CertificateExpiring";
  readonly callId: undefined;
  readonly state: undefined;
}

/** Something failed that client and call live without: an application's listener, a recording. */
export interface ErrorOccurredEvent extends EventStamp {
  readonly type: "ErrorOccurred";
  /** Of the call concerned, if it was one. */
  readonly callId: string | undefined;
  readonly state: CallState | undefined;
  /** Stable code, where the error has one. */
  readonly code: string | undefined;
  readonly message: string;
  /** The event or function that failed. */
  readonly where: string;
}

/**
 * Everything that a client tells, as plain data, told apart by `type`. Types that cannot happen yet (transfer, messages,
 * presence) are not in it.
 */
export type ClientEvent =
  | IncomingCallEvent
  | CallStateChangedEvent
  | MicrophoneStateChangedEvent
  | SpeakerStateChangedEvent
  | AudioStartedEvent
  | AudioStoppedEvent
  | HoldStateChangedEvent
  | DtmfSentEvent
  | DtmfReceivedEvent
  | SdpOfferGeneratedEvent
  | SdpAnswerProcessedEvent
  | MediaSessionStartedEvent
  | MediaSessionUpdatedEvent
  | MediaSessionStoppedEvent
  | MediaQualityChangedEvent
  | PacketLossEvent
  | JitterChangedEvent
  | RegistrationStatusChangedEvent
  | NetworkEvent
  | CertificateExpiringEvent
  | ErrorOccurredEvent;

export type ClientEventType = ClientEvent["type"];

/** Each type and its event, for `on(type, listener)`. */
export type ClientEventMap = { readonly [Event in ClientEvent as Event["type"]]: Event };

type Unstamped<Event> = Event extends ClientEvent ? Omit<Event, keyof EventStamp> : never;

/** An event before it has its place in the log. */
export type EventDraft = Unstamped<ClientEvent>;

type UnstampedOfCall<Event> = Event extends OfCall & ClientEvent ? Omit<Event, keyof EventStamp | keyof OfCall> : never;

/** An event about a call before it is known which. */
export type CallEventDraft = UnstampedOfCall<Exclude<ClientEvent, ErrorOccurredEvent | RegistrationStatusChangedEvent | NetworkEvent>>;

/** In rising order. */
export const eventPriorities: readonly EventPriority[] = ["Low", "Normal", "High", "Critical"];

/** How much each type matters. */
export const eventPriority: Readonly<Record<ClientEventType, EventPriority>> = {
  IncomingCall: "High",
  CallStateChanged: "High",
  MicrophoneStateChanged: "Normal",
  SpeakerStateChanged: "Normal",
  AudioStarted: "Normal",
  AudioStopped: "Normal",
  HoldStateChanged: "Normal",
  DtmfSent: "Normal",
  DtmfReceived: "Normal",
  SdpOfferGenerated: "Low",
  SdpAnswerProcessed: "Low",
  MediaSessionStarted: "Normal",
  MediaSessionUpdated: "Normal",
  MediaSessionStopped: "Normal",
  MediaQualityChanged: "Low",
  PacketLoss: "Low",
  JitterChanged: "Low",
  RegistrationStatusChanged: "High",
  NetworkEvent: "High",
  CertificateExpiring: "High",
  ErrorOccurred: "Critical",
};

/** Of these only the latest of a call matters to a reader who is behind. */
export const coalescedTypes: ReadonlySet<ClientEventType> = new Set<ClientEventType>([
  "MediaQualityChanged",
  "PacketLoss",
  "JitterChanged",
]);
