export { createUserAgentCore, type UserAgentCore, type UserAgentCoreOptions } from "./user-agent/user-agent-core.ts";
export type { UserAgentLimits } from "./admission/user-agent-limits.ts";
export type { AdmissionCounts } from "./admission/admission-counts.ts";
export type { StrangerPolicy } from "./admission/request-screen.ts";
export type { UserAgentUser } from "./user-agent/user-agent-user.ts";
export type { AddressOptions, DialogRequestOptions, InviteOptions, RequestOptions } from "./user-agent/request-options.ts";
export type { IncomingRequest, Refusal, ResponseOptions } from "./user-agent/incoming-request.ts";
export type { RequestDraft } from "./user-agent/request-draft.ts";
export type { FailoverOptions } from "./user-agent/failover-options.ts";
export { ServerAffinity } from "./user-agent/server-affinity.ts";
export type { WayOut } from "./user-agent/way-out.ts";
export { sessionDescriptionOf } from "./user-agent/session-description.ts";
export type { RequestInterceptor } from "./user-agent/request-interceptor.ts";
export type { AccountCredentials, CredentialQuery, CredentialSource } from "./user-agent/credential-source.ts";

export type { Body } from "@sidetone/sip-core";
export type { MediaNegotiator, OfferReason } from "./media-negotiator.ts";
export type { InviteState, InviteUsage, ModifyOptions, TerminateOptions } from "./invite/invite-usage.ts";
export type { AnswerOptions, IncomingInvite, RedirectOptions, RejectOptions, RingOptions } from "./invite/incoming-invite.ts";
export type { OutgoingInvite } from "./invite/outgoing-invite.ts";
export type { InviteUsageUser } from "./invite/invite-usage-user.ts";
export type { InviteEndReason, InviteTermination } from "./invite/invite-termination.ts";

export type { Binding } from "./registration/binding.ts";
export { bindingsOf } from "./registration/binding.ts";
export {
  registrationTable,
  type RegistrationAction,
  type RegistrationInput,
  type RegistrationState,
} from "./registration/registration-table.ts";
export type { Registration, RegistrationKeepAlive, RegistrationOptions, RegistrationStatus } from "./registration/registration.ts";
export type { RegistrationUser } from "./registration/registration-user.ts";

export type { Dialog, DialogState, DialogUsage } from "./dialog/dialog.ts";
export { failureEffect, type FailureEffect } from "./dialog/failure-effect.ts";
export {
  offerAnswerPatterns,
  offerRights,
  type DescriptionCarrier,
  type DescriptionRole,
  type OfferAnswerPattern,
  type OfferAnswerSituation,
  type OfferRights,
} from "./offer-answer.ts";
export { DialogError, type DialogErrorCode, type DialogErrorOptions } from "./errors.ts";
export type { DigestSecretSource, ServerDigestAlgorithm } from "./digest-server/digest-secret-source.ts";
export { DigestServer, type DigestServerLimits, type DigestServerOptions, type DigestVerdict } from "./digest-server/digest-server.ts";
