export { SdpNegotiationError, SdpParseError, type SdpNegotiationErrorCode, type SdpParseErrorCode } from "./errors.ts";
export { defaultSdpLimits, parseSdp, type SdpLimits } from "./parse-sdp.ts";
export { serializeSdp } from "./serialize-sdp.ts";
export type { SdpSection } from "./section.ts";
export type { SessionDescription } from "./session-description.ts";
export type { MediaDescription } from "./media-description.ts";
export { isNullAddress, isUsableAddress, type Connection } from "./connection.ts";
export { isSameOrigin, nextOrigin, originChange, type Origin, type OriginChange } from "./origin.ts";

export { attributeLine, type AttributeCodec } from "./attributes/attribute-codec.ts";
export { Fmtp, fmtpParameter } from "./attributes/fmtp.ts";
export { Group, Mid } from "./attributes/grouping.ts";
export { Maxptime, Ptime } from "./attributes/ptime.ts";
export { Rtcp } from "./attributes/rtcp.ts";
export { Rtpmap } from "./attributes/rtpmap.ts";
export { Ssrc } from "./attributes/ssrc.ts";
export { parseTelephoneEvents, serializeTelephoneEvents } from "./attributes/telephone-events.ts";

export {
  answerDirection,
  canReceive,
  canSend,
  holdDirection,
  isAnswerDirection,
  resumeDirection,
  type MediaDirection,
} from "./direction.ts";
export { describeStream, type StreamDescription } from "./stream-description.ts";
export type { CodecCapability, RtpCodec } from "./codec.ts";
export type { MediaCapability } from "./media-capability.ts";
export type { CodecOrder, FormatMatcher } from "./match-codecs.ts";
export type { MediaRefusal, NegotiatedMedia, NegotiatedTelephoneEvent } from "./negotiated-media.ts";
export { createOffer, type LocalOrigin, type OfferOptions } from "./create-offer.ts";
export { createReoffer, type ReofferOptions } from "./create-reoffer.ts";
export { createAnswer, type Answer, type AnswerOptions } from "./create-answer.ts";
export { processAnswer, type ProcessAnswerOptions } from "./process-answer.ts";
export { nextDescription } from "./next-description.ts";
