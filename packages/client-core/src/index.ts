export { Account, type AccountOptions, type PasswordPrompt } from "./account.ts";

export { Call, type HangUpOptions, type ModifyOptions } from "./call/call.ts";
export { CallAudio, CallAudioOutput } from "./call/call-audio.ts";
export type { CallEndCause, CallEnded } from "./call/call-end.ts";
export type { CallEvents } from "./call/call-events.ts";
export { CallRecording } from "./call/call-recording.ts";
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

export type { ClientMediaOptions, ClientOptions } from "./config/client-options.ts";

export { ClientError, type ClientErrorOptions } from "./errors/client-error.ts";
export { clientErrorTable, type ClientErrorCategory, type ClientErrorCode, type RecoveryAction } from "./errors/client-error-table.ts";
export { retryWithBackoff, withTimeout, type RetryOptions, type TimeoutOptions } from "./errors/recovery.ts";
