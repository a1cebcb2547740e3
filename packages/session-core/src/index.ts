export { mintCallId, type CallId } from "./call-id.ts";
export { codecsNamed } from "./codecs-named.ts";
export { IncomingSession, type RingOptions } from "./incoming-session.ts";
export { announceAddress, offerPrepared, proposeTerms, type ProposedTerms } from "./modify-session.ts";
export { codecCapabilities } from "./negotiation/codec-capabilities.ts";
export { ExternalAudio, type ExternalMedia } from "./negotiation/external-audio.ts";
export {
  LocalAudio,
  type AudioDescription,
  type AudioTerms,
  type LocalAudioOptions,
  type MediaAddressing,
  type NegotiationPreview,
} from "./negotiation/local-audio.ts";
export type { NegotiationUser } from "./negotiation/negotiation-user.ts";
export { SdpNegotiator } from "./negotiation/sdp-negotiator.ts";
export { OutgoingSession } from "./outgoing-session.ts";
export { Session, type SessionParts, type TerminateOptions } from "./session.ts";
export type { NatOptions, SessionAudioOptions } from "./session-audio.ts";
export { sessionEnd, type SessionEnd, type SessionEndCause } from "./session-end.ts";
export { SessionError, type SessionErrorCode, type SessionErrorOptions } from "./session-error.ts";
export { sessionPhaseTable, type SessionPhase, type SessionPhaseAction, type SessionPhaseInput } from "./session-phase-table.ts";
export type { SessionHold, SessionProgress, SessionUser } from "./session-user.ts";
export { Sessions, type CalledAccount, type DialOptions, type SessionsOptions, type SessionsUser } from "./sessions.ts";
