import { isUsableAddress } from "./connection.ts";
import { localOrigin, sessionLines, type OfferOptions } from "./create-offer.ts";
import { answerDirection, canReceive } from "./direction.ts";
import { SdpNegotiationError } from "./errors.ts";
import { matchCodecs, type CodecOrder, type FormatMatcher } from "./match-codecs.ts";
import { acceptsProtocol, checkCapability, type MediaCapability } from "./media-capability.ts";
import { MediaDescription } from "./media-description.ts";
import { acceptedMedia, refusedMedia, type CodecMatch, type MediaRefusal, type NegotiatedMedia } from "./negotiated-media.ts";
import { nextDescription } from "./next-description.ts";
import { SessionDescription } from "./session-description.ts";
import { describeStream, type StreamDescription } from "./stream-description.ts";
import { disabledLines, localStream, streamLines } from "./write-stream.ts";

export interface AnswerOptions extends OfferOptions {
  /** Our last description in this session, if there is one: the answer continues its o= line, see {@link nextDescription}. */
  readonly previous?: SessionDescription;
  /** Default `offer`. */
  readonly codecOrder?: CodecOrder;
  /** Default: name, clock rate and channels decide. */
  readonly matchFormat?: FormatMatcher;
}

export interface Answer {
  readonly answer: SessionDescription;
  /** One for each m= line, in order. */
  readonly negotiated: readonly NegotiatedMedia[];
}

/** How an offered stream is answered: by a capability, or not at all. */
type Choice = { readonly capability: MediaCapability; readonly matches: readonly CodecMatch[] } | MediaRefusal;

/**
 * Answers an offer (RFC 3264 §6).
 *
 * Each offered stream, in order, gets the first capability left that fits its kind and protocol and shares a codec with it, or the one
 * whose `mediaIndex` names it; the others are refused with port 0 in their place, formats kept. Also refused is a stream without an
 * address that unicast media could go to. The answer lists the common formats under the offer's payload types, each direction is what
 * is wanted as far as the offer allows, and `t=` and `a=mid` are the offer's.
 *
 * @throws {SdpNegotiationError} when streams were offered and none can be accepted (answer 488): `SDP_NO_COMMON_CODEC` when one failed
 *   for its codecs alone, else `SDP_NO_ACCEPTABLE_MEDIA`. `SDP_CAPABILITY_INVALID` when an option cannot be written.
 */
export function createAnswer(offer: SessionDescription, options: AnswerOptions): Answer {
  const origin = localOrigin(options.origin);
  const sessionAddress = options.address ?? origin.address;
  const capabilities = [...options.media];
  capabilities.forEach(checkCapability);
  const media: MediaDescription[] = [];
  const negotiated: NegotiatedMedia[] = [];
  for (let mediaIndex = 0; mediaIndex < offer.media.length; mediaIndex++) {
    const offered = describeStream(offer, mediaIndex);
    const choice = choose(offered, mediaIndex, capabilities, options);
    if (typeof choice === "string") {
      media.push(new MediaDescription(disabledLines(offer.media[mediaIndex]!), 1));
      negotiated.push(refusedMedia(mediaIndex, offered, choice));
      continue;
    }
    const local = answeredStream(offered, choice.capability, choice.matches, sessionAddress);
    media.push(new MediaDescription(streamLines(local, sessionAddress, choice.capability.attributes), 1));
    negotiated.push(acceptedMedia(mediaIndex, local, offered, choice.matches, !canReceive(offered.direction)));
  }
  refuseIfNothingAccepted(negotiated);
  const answer = new SessionDescription(sessionLines(origin, sessionAddress, options, timeLines(offer)), media);
  return { answer: options.previous ? nextDescription(options.previous, answer) : answer, negotiated };
}

/** Picks the capability for an offered stream and takes it off the list; or says why there is none. */
function choose(offered: StreamDescription, mediaIndex: number, capabilities: MediaCapability[], options: AnswerOptions): Choice {
  // "A stream that is offered with a port of zero MUST be marked with port zero in the answer" (§8.2).
  if (offered.port === 0) return "off";
  const isPinned = capabilities.some((capability) => capability.mediaIndex === mediaIndex);
  let refusal: MediaRefusal = "kind";
  for (let i = 0; i < capabilities.length; i++) {
    const capability = capabilities[i]!;
    if (capability.kind !== offered.kind || capability.mediaIndex !== (isPinned ? mediaIndex : undefined)) continue;
    if (!acceptsProtocol(capability, offered.protocol)) {
      if (refusal === "kind") refusal = "protocol";
      continue;
    }
    const matches = matchCodecs(offered.formats, capability.codecs, options.codecOrder ?? "offer", options.matchFormat);
    if (matches.length === 0) {
      refusal = "codec";
      continue;
    }
    capabilities.splice(i, 1);
    if (capability.port === 0) return "off";
    return offered.address !== undefined && isUsableAddress(offered.address) ? { capability, matches } : "address";
  }
  return refusal;
}

function answeredStream(
  offered: StreamDescription,
  capability: MediaCapability,
  matches: readonly CodecMatch[],
  sessionAddress: string,
): StreamDescription {
  const formats = matches.map(({ local }) => local);
  const stream = localStream(capability, sessionAddress, formats);
  return {
    ...stream,
    protocol: offered.protocol,
    direction: answerDirection(offered.direction, stream.direction),
    rtcpMux: stream.rtcpMux && offered.rtcpMux,
    // RFC 5888 §9.1: an answer names its media descriptions as the offer does.
    mid: offered.mid,
  };
}

/** "The "t=" line in the answer MUST equal that of the offer" (§6). */
function timeLines(offer: SessionDescription): readonly string[] {
  const lines = offer.lines.filter((line) => line.startsWith("t="));
  return lines.length > 0 ? lines : ["t=0 0"];
}

/** "If there are no media formats in common for all streams, the entire offered session is rejected" (§6.1). */
function refuseIfNothingAccepted(negotiated: readonly NegotiatedMedia[]): void {
  if (negotiated.every(({ refusal }) => refusal === "off") || negotiated.some(({ accepted }) => accepted)) return;
  if (negotiated.some(({ refusal }) => refusal === "codec")) {
    throw new SdpNegotiationError("SDP_NO_COMMON_CODEC", "the offer lists no codec that is known here");
  }
  const reasons = negotiated.map(({ kind, protocol, refusal }) => `${kind} over ${protocol} (${refusal})`).join(", ");
  throw new SdpNegotiationError("SDP_NO_ACCEPTABLE_MEDIA", `no stream of the offer can be accepted: ${reasons.slice(0, 200)}`);
}
