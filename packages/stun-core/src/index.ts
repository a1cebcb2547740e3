export { StunError, type StunErrorCode, type StunErrorOptions } from "./stun-error.ts";
export type { StunSocket } from "./stun-socket.ts";
export { defaultStunPort, parseStunUri } from "./stun-uri.ts";
export { locateStunServer, type LocateStunServerOptions } from "./locate-stun-server.ts";
export { bindingMethod, looksLikeStun, type StunClass } from "./message/stun-header.ts";
export { parseStun, StunMessage, type ParseStunOptions, type StunRejection } from "./message/stun-message.ts";
export { StunWriter } from "./message/stun-writer.ts";
export { isFingerprintValid } from "./message/fingerprint.ts";
export type { IntegrityAttribute } from "./message/closing-attributes.ts";
export { isIntegrityValid } from "./message/message-integrity.ts";
export { isComprehensionRequired, type StunAttribute } from "./attributes/stun-attribute.ts";
export { knownAttributes } from "./attributes/known-attributes.ts";
export { AlternateServer, MappedAddress, OtherAddress, XorMappedAddress } from "./attributes/addresses.ts";
export { ChangeRequest, type ChangeRequestValue } from "./attributes/change-request.ts";
export { ErrorCode, type StunErrorCodeValue } from "./attributes/error-code.ts";
export { AlternateDomain, Nonce, Realm, Software, Username } from "./attributes/texts.ts";
export { UnknownAttributes } from "./attributes/unknown-attributes.ts";
export { Userhash, userhashOf } from "./attributes/userhash.ts";
export {
  passwordAlgorithm,
  PasswordAlgorithm,
  passwordAlgorithmName,
  PasswordAlgorithms,
  type PasswordAlgorithmName,
  type PasswordAlgorithmValue,
} from "./attributes/password-algorithms.ts";
export { longTermKey, shortTermKey } from "./credentials/keys.ts";
export { nonceCookie, securityFeaturesOf, type SecurityFeatures } from "./credentials/nonce-cookie.ts";
export { opaqueString } from "./credentials/opaque-string.ts";
export type { LongTermCredentials, ShortTermCredentials, StunCredentials } from "./credentials/stun-credentials.ts";
export type { BindingResult } from "./client/binding-result.ts";
export { StunClient, type BindingOptions, type StunClientOptions, type StunClientStats } from "./client/stun-client.ts";
export { StunKeepAlive, type StunKeepAliveOptions, type StunKeepAliveUser } from "./keep-alive/stun-keep-alive.ts";
export { BindingServer, type BindingServerOptions, type BindingServerStats } from "./server/binding-server.ts";
export type { AcceptedRequest, RejectedRequest, ServerAuthentication } from "./server/server-authentication.ts";
export { ShortTermVerifier } from "./server/short-term-verifier.ts";
export { LongTermVerifier, type LongTermVerifierOptions } from "./server/long-term-verifier.ts";
export { StunAgent, type StunAgentOptions } from "./stun-agent.ts";
