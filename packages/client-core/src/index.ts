export { Account } from "./account.ts";

export { ClientBuilder } from "./builder/client-builder.ts";
export type { ClientConfig } from "./builder/client-config.ts";
export { mediaPresets, type MediaConfig, type MediaPreset } from "./builder/media-config.ts";
export { MediaConfigBuilder } from "./builder/media-config-builder.ts";

export { Call, type CallRequestOptions, type HangUpOptions, type ModifyOptions } from "./call/call.ts";
export { CallAudio, CallAudioOutput } from "./call/call-audio.ts";
export type { CallEndCause, CallEnded } from "./call/call-end.ts";
export type { DtmfOptions } from "./call/call-media.ts";
export type { CallEvents } from "./call/call-events.ts";
export { CallRecording } from "./call/call-recording.ts";
export type { CallEndInfo, CallInfo, CallMediaInfo } from "./call/call-info.ts";
export type { CallCounts } from "./call/call-list.ts";
export { CallState } from "./call/call-state.ts";
export type { DialOptions } from "./call/dial.ts";
export { IncomingCall, type AnswerOptions, type RedirectOptions, type RejectOptions, type RingOptions } from "./call/incoming-call.ts";
export { OutgoingCall } from "./call/outgoing-call.ts";
export type { PlayOptions } from "./call/play.ts";
export type { RemoteParty } from "./call/remote-party.ts";

export { Client } from "./client/client.ts";
export type { ClientEvents } from "./client/client-events.ts";
export { ClientUserAgent } from "./client/client-user-agent.ts";
export { createClient } from "./client/create-client.ts";
export type { IncomingHandler } from "./client/incoming-desk.ts";

export type { AccountOptions, PasswordChallenge, PasswordPrompt } from "./config/account-options.ts";
export type { ClientMediaOptions, ClientOptions } from "./config/client-options.ts";

export type { ClientLimits, RequireAuthOptions } from "./security/security-options.ts";
export type { AdmissionCounts } from "@sidetone/dialog-core";

export { ClientError, type ClientErrorOptions } from "./errors/client-error.ts";
export { clientErrorTable, type ClientErrorCategory, type ClientErrorCode, type RecoveryAction } from "./errors/client-error-table.ts";
export { retryWithBackoff, withTimeout, type RetryOptions, type TimeoutOptions } from "./errors/recovery.ts";

export type { CallRecord } from "./events/call-history.ts";
export type {
  AudioStartedEvent,
  AudioStoppedEvent,
  CallStateChangedEvent,
  DtmfReceivedEvent,
  DtmfSentEvent,
  HoldStateChangedEvent,
  IncomingCallEvent,
  MicrophoneStateChangedEvent,
  SpeakerStateChangedEvent,
} from "./events/call-event.ts";
export type {
  CertificateExpiringEvent,
  ClientEvent,
  ClientEventMap,
  ClientEventType,
  ErrorOccurredEvent,
  RegistrationStatusChangedEvent,
} from "./events/client-event.ts";
export type { EventPriority } from "./events/event-stamp.ts";
export type {
  JitterChangedEvent,
  MediaQualityChangedEvent,
  MediaSessionStartedEvent,
  MediaSessionStoppedEvent,
  MediaSessionUpdatedEvent,
  PacketLossEvent,
  SdpAnswerProcessedEvent,
  SdpOfferGeneratedEvent,
} from "./events/media-event.ts";
export type {
  FlowFailedEvent,
  FlowRestoredEvent,
  NetworkChangedEvent,
  NetworkEvent,
  PublicAddressUnknownEvent,
} from "./events/network-event.ts";
export { ClientEventLog, type SubscribeOptions } from "./events/client-event-log.ts";
export { applyClientEvent, type ClientSnapshot } from "./events/client-snapshot.ts";
export type { EventFilter } from "./events/event-filter.ts";
export { EventSubscription } from "./events/event-subscription.ts";
export { qualityBand, type QualityBand, type QualityCause } from "./events/quality-band.ts";

export type { CallCapabilities } from "./manager/call-capabilities.ts";
export { ClientManager } from "./manager/client-manager.ts";
export type { ClientEventHandler, IncomingCallAction } from "./manager/event-handler.ts";
export type { AudioTransmission } from "./manager/managed-audio.ts";
export type { CallDetails, MakeCallOptions, RejectCallOptions } from "./manager/managed-calls.ts";
export type { CallRef, ClientStats } from "./manager/managed-lifecycle.ts";
export type {
  AudioCodecInfo,
  CallMediaStatistics,
  CallStatistics,
  MediaCapabilities,
  QualityMetrics,
  RtpStatistics,
} from "./manager/managed-media.ts";

export type { NatMode, NatOptions } from "./nat/nat-mode.ts";

export type { Binding, FailoverOptions } from "@sidetone/dialog-core";
export type { NetworkChange } from "./network/network-change.ts";
export type { AccountRef } from "./registration/account-list.ts";
export type { KeepAliveMode, KeepAliveOptions } from "./registration/keep-alive.ts";
export type { FlowChange, FlowFailed, FlowRestored } from "./registration/flow-change.ts";
export type { RegistrationErrorInfo, RegistrationInfo, RegistrationState } from "./registration/registration-info.ts";
