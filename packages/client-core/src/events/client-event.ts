import type { CertificateExpiry } from "@sidetone/sip-transport";
import type { CallState } from "../call/call-state.ts";
import type { RegistrationInfo, RegistrationState } from "../registration/registration-info.ts";
import type {
  IncomingCallEvent,
  CallStateChangedEvent,
  MicrophoneStateChangedEvent,
  SpeakerStateChangedEvent,
  AudioStartedEvent,
  AudioStoppedEvent,
  HoldStateChangedEvent,
  DtmfSentEvent,
  DtmfReceivedEvent,
} from "./call-event.ts";
import type { EventPriority, EventStamp, OfCall } from "./event-stamp.ts";
import type {
  SdpOfferGeneratedEvent,
  SdpAnswerProcessedEvent,
  MediaSessionStartedEvent,
  MediaSessionUpdatedEvent,
  MediaSessionStoppedEvent,
  MediaQualityChangedEvent,
  PacketLossEvent,
  JitterChangedEvent,
} from "./media-event.ts";
import type { NetworkEvent } from "./network-event.ts";

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
