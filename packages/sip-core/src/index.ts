export { SipError, SipParseError, type SipErrorCode, type SipParseErrorCode } from "./errors.ts";
export type { HeaderCodec } from "./header-codec.ts";
export { defaultLimits, type SipLimits } from "./limits.ts";

export type { Body } from "./message/body.ts";
export { createResponse, type CreateResponseOptions } from "./message/create-response.ts";
export { flat } from "./message/flat.ts";
export { header, type HeaderInput } from "./message/header-input.ts";
export type { MalformedField } from "./message/malformed-field-channel.ts";
export type { MessageEditor } from "./message/message-editor.ts";
export { parseMessage } from "./message/parse-message.ts";
export { reasonPhraseOf } from "./message/reason-phrases.ts";
export { serializeMessage } from "./message/serialize-message.ts";
export { SipMessage } from "./message/sip-message.ts";
export { SipRequest, type RequestEditor, type SipRequestOptions } from "./message/sip-request.ts";
export { SipResponse, type SipResponseOptions } from "./message/sip-response.ts";
export { StreamFramer, type StreamFramerReceiver } from "./message/stream-framer.ts";
export { withReceived } from "./message/with-received.ts";

export { Parameters } from "./grammar/parameters.ts";
export { splitList } from "./grammar/split-list.ts";

export { OtherUri } from "./uri/other-uri.ts";
export { SipUri, type SipUriOptions } from "./uri/sip-uri.ts";
export { TelUri, type TelUriOptions } from "./uri/tel-uri.ts";
export { parseUri, type Uri } from "./uri/uri.ts";

export {
  AlertInfo,
  CallInfo,
  Diversion,
  ErrorInfo,
  From,
  HistoryInfo,
  PAssertedIdentity,
  Path,
  PPreferredIdentity,
  RecordRoute,
  ReferredBy,
  ReferTo,
  ReplyTo,
  Route,
  ServiceRoute,
  To,
} from "./headers/address-codecs.ts";
export {
  AuthenticationInfo,
  Authorization,
  ProxyAuthenticate,
  ProxyAuthorization,
  WWWAuthenticate,
} from "./headers/authentication-codecs.ts";
export { CallId, InReplyTo } from "./headers/call-id.ts";
export { Contact, ContactAddress } from "./headers/contact.ts";
export { CSeq } from "./headers/cseq.ts";
export { DeltaSeconds, MinSE, RetryAfter, SessionExpires } from "./headers/delta-seconds.ts";
export { DialogReference, Join, Replaces, TargetDialog } from "./headers/dialog-reference.ts";
export { ContentLength, Expires, FlowTimer, MaxForwards, MinExpires, RSeq } from "./headers/integer-codecs.ts";
export { Accept, ContentType, MediaType } from "./headers/media-type.ts";
export { NameAddress, type NameAddressOptions } from "./headers/name-address.ts";
export {
  AcceptEncoding,
  AcceptLanguage,
  ContentDisposition,
  Event,
  ParameterizedToken,
  Reason,
  ReferSub,
  SubscriptionState,
} from "./headers/parameterized-token.ts";
export { RAck } from "./headers/rack.ts";
export { SipDate } from "./headers/sip-date.ts";
export { ContentLanguage, MimeVersion, Organization, Server, Subject, UserAgent } from "./headers/text-codecs.ts";
export { Timestamp } from "./headers/timestamp.ts";
export {
  Allow,
  AllowEvents,
  ContentEncoding,
  Priority,
  ProxyRequire,
  Require,
  SipETag,
  SipIfMatch,
  Supported,
  Unsupported,
} from "./headers/token-codecs.ts";
export { Via, ViaParm, type ViaOptions } from "./headers/via.ts";
export { Warning } from "./headers/warning.ts";

export { answerChallenge, isSupportedChallenge, selectChallenge, type AnswerChallengeOptions } from "./digest/answer-challenge.ts";
export { AuthenticationInfoParameters, type AuthenticationInfoOptions } from "./digest/authentication-info-parameters.ts";
export { Challenge, type DigestChallengeOptions } from "./digest/challenge.ts";
export {
  computeDigestResponse,
  computeHa1,
  computeUserhash,
  type DigestInput,
  type DigestQop,
  type DigestSecret,
} from "./digest/compute-digest.ts";
export { Credentials, type DigestCredentialsOptions } from "./digest/credentials.ts";
export { digestAlgorithms, type DigestAlgorithm } from "./digest/digest-algorithm.ts";
export { verifyDigest, type VerifyDigestOptions } from "./digest/verify-digest.ts";

export { BodyPart, type BodyPartOptions } from "./multipart/body-part.ts";
export { parseMultipart, type MultipartLimits } from "./multipart/parse-multipart.ts";
export { writeMultipart } from "./multipart/write-multipart.ts";
