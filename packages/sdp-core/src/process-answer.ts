import { isSameCodec, type RtpCodec } from "./codec.ts";
import { isUsableAddress } from "./connection.ts";
import { canReceive, canSend, isAnswerDirection } from "./direction.ts";
import { quote, SdpNegotiationError } from "./errors.ts";
import { plainRtpProtocols } from "./media-capability.ts";
import { acceptedMedia, refusedMedia, type CodecMatch, type NegotiatedMedia } from "./negotiated-media.ts";
import type { SessionDescription } from "./session-description.ts";
import { describeStream, type StreamDescription } from "./stream-description.ts";

export interface ProcessAnswerOptions {
  /**
   * Whether an answer with a direction that the offer rules out is refused (`SDP_ANSWER_DIRECTION`). Default false: devices that know
   * no hold answer sendonly with sendrecv; media then flows only as far as both descriptions allow.
   */
  readonly strictDirection?: boolean;
  /** What was agreed before this offer. An offer that does not send leaves the peer no word on hold, so its last one stands. */
  readonly previous?: readonly NegotiatedMedia[];
}

/**
 * What the answer to our offer means (RFC 3264 §7), one entry for each m= line.
 *
 * A refused stream (port 0) is an entry that is not accepted; if none is, it is for the caller to end the call or keep the old session.
 * Formats that were not offered are left aside, as §6.1 allows them in an answer. An answer over RTP/AVP to an offer over RTP/AVPF, or
 * the reverse, is accepted, and a dynamic payload type without an rtpmap counts as what we offered under that number.
 *
 * @throws {SdpNegotiationError} `SDP_ANSWER_MISMATCH` when number, kind or protocol of the m= lines differ from the offer's, or a stream
 *   that we switched off is accepted; `SDP_NO_COMMON_CODEC` when an accepted stream lists nothing that was offered;
 *   `SDP_CONNECTION_UNUSABLE` when it has no unicast address; `SDP_ANSWER_DIRECTION`, see the options.
 */
export function processAnswer(
  offer: SessionDescription,
  answer: SessionDescription,
  options: ProcessAnswerOptions = {},
): readonly NegotiatedMedia[] {
  // "The answer MUST contain exactly the same number of "m=" lines as the offer" (§6).
  if (answer.media.length !== offer.media.length) {
    throw new SdpNegotiationError("SDP_ANSWER_MISMATCH", `${offer.media.length} m= lines offered, ${answer.media.length} answered`);
  }
  return offer.media.map((_, mediaIndex) => {
    const local = describeStream(offer, mediaIndex);
    const remote = describeStream(answer, mediaIndex);
    checkSameStream(local, remote, mediaIndex);
    if (remote.port === 0) return refusedMedia(mediaIndex, local, "off");
    const matches = matchAnswer(local.formats, remote.formats);
    checkAccepted(local, remote, matches, mediaIndex, options);
    const onHoldByRemote = canSend(local.direction)
      ? !canReceive(remote.direction)
      : (options.previous?.[mediaIndex]?.onHoldByRemote ?? false);
    return acceptedMedia(mediaIndex, local, remote, matches, onHoldByRemote);
  });
}

function checkSameStream(local: StreamDescription, remote: StreamDescription, mediaIndex: number): void {
  const isSameProtocol =
    local.protocol === remote.protocol || (plainRtpProtocols.includes(local.protocol) && plainRtpProtocols.includes(remote.protocol));
  if (local.kind !== remote.kind || !isSameProtocol) {
    const answered = quote(`${remote.kind} ${remote.protocol}`);
    throw new SdpNegotiationError("SDP_ANSWER_MISMATCH", `${local.kind} ${local.protocol} is answered with ${answered}`, mediaIndex);
  }
  if (local.port === 0 && remote.port !== 0) {
    throw new SdpNegotiationError("SDP_ANSWER_MISMATCH", "a stream offered with port 0 is answered with another port", mediaIndex);
  }
}

function checkAccepted(
  local: StreamDescription,
  remote: StreamDescription,
  matches: readonly CodecMatch[],
  mediaIndex: number,
  { strictDirection = false }: ProcessAnswerOptions,
): void {
  if (matches.length === 0) {
    throw new SdpNegotiationError("SDP_NO_COMMON_CODEC", "the answer accepts the stream with no codec of the offer", mediaIndex);
  }
  if (remote.address === undefined || !isUsableAddress(remote.address)) {
    throw new SdpNegotiationError("SDP_CONNECTION_UNUSABLE", `no unicast address: ${quote(remote.address ?? "")}`, mediaIndex);
  }
  if (strictDirection && !isAnswerDirection(local.direction, remote.direction)) {
    throw new SdpNegotiationError("SDP_ANSWER_DIRECTION", `${local.direction} is answered with ${remote.direction}`, mediaIndex);
  }
}

/** The answer's formats that we offered, in the answer's order: "it SHOULD use the first media format listed in the answer" (§7). */
function matchAnswer(offered: readonly RtpCodec[], answered: readonly RtpCodec[]): CodecMatch[] {
  const matches: CodecMatch[] = [];
  for (const remote of answered) {
    const sameNumber = offered.find(({ payloadType }) => payloadType === remote.payloadType);
    const isUnderstood = sameNumber && (remote.encodingName === "" || isSameCodec(sameNumber, remote));
    const local = isUnderstood ? sameNumber : offered.find((format) => isSameCodec(format, remote));
    if (local) matches.push({ local, remote });
  }
  return matches;
}
