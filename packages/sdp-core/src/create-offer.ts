import { addressTypeOf, connectionLine } from "./connection.ts";
import { isDigits } from "./fields.ts";
import { checkCapability, checkText, checkToken, invalid, type MediaCapability } from "./media-capability.ts";
import { MediaDescription } from "./media-description.ts";
import { originLine, type Origin } from "./origin.ts";
import { SessionDescription } from "./session-description.ts";
import { disabledLines, localCodec, localStream, streamLines } from "./write-stream.ts";

/** The o= line of our descriptions. A session keeps all of it but the version (RFC 3264 §8). */
export interface LocalOrigin {
  /** Default `-`. */
  readonly username?: string;
  /** Decimal number, unique among the sessions of this address: random, or a clock reading. */
  readonly sessionId: string;
  /** Decimal number below 2⁶² − 1 (RFC 3264 §5) of the first description. */
  readonly sessionVersion: string;
  /** Numeric address or host name of this user agent, never 0.0.0.0 or `::`. */
  readonly address: string;
}

export interface OfferOptions {
  readonly origin: LocalOrigin;
  /** Local address of the media, for c=. Default that of `origin`. */
  readonly address?: string;
  /** For s=. Default `-` (RFC 3264 §5). */
  readonly sessionName?: string;
  /** Session-level attributes, without `a=`: `tool:x`. */
  readonly attributes?: readonly string[];
  /** The streams, in the order of their m= lines. None is allowed: streams may be added later. */
  readonly media: readonly MediaCapability[];
}

/**
 * The first offer of a session (RFC 3264 §5). A stream with port 0 is written as switched off.
 *
 * @throws {SdpNegotiationError} `SDP_CAPABILITY_INVALID` when an option cannot be written, naming it.
 */
export function createOffer(options: OfferOptions): SessionDescription {
  const origin = localOrigin(options.origin);
  const address = options.address ?? origin.address;
  const media = options.media.map((capability, mediaIndex) => {
    checkCapability(capability);
    if ((capability.mediaIndex ?? mediaIndex) !== mediaIndex) throw invalid("mediaIndex", `${capability.mediaIndex} is not ${mediaIndex}`);
    return offeredMedia(capability, address);
  });
  return new SessionDescription(sessionLines(origin, address, options, ["t=0 0"]), media);
}

/** One m= line of an offer, with the payload types that the capability prefers. */
function offeredMedia(capability: MediaCapability, sessionAddress: string): MediaDescription {
  const formats = capability.codecs.map((codec) => localCodec(codec, codec.payloadType));
  const stream = localStream(capability, sessionAddress, formats);
  return new MediaDescription(
    stream.port === 0
      ? disabledLines({ ...stream, formats: formats.map(({ payloadType }) => `${payloadType}`) })
      : streamLines(stream, sessionAddress, capability.attributes),
    1,
  );
}

/** @throws {SdpNegotiationError} `SDP_CAPABILITY_INVALID`. */
export function localOrigin({ username = "-", sessionId, sessionVersion, address }: LocalOrigin): Origin {
  checkToken("origin.username", username);
  checkToken("origin.address", address);
  if (!isDigits(sessionId)) throw invalid("origin.sessionId", "not a decimal number");
  if (!isDigits(sessionVersion)) throw invalid("origin.sessionVersion", "not a decimal number");
  return { username, sessionId, sessionVersion, networkType: "IN", addressType: addressTypeOf(address), address };
}

/** The session level of a first description. */
export function sessionLines(
  origin: Origin,
  address: string,
  { sessionName = "-", attributes = [] }: Pick<OfferOptions, "sessionName" | "attributes">,
  timeLines: readonly string[],
): string[] {
  checkToken("address", address);
  checkText("sessionName", sessionName);
  const lines = ["v=0", originLine(origin), `s=${sessionName}`, connectionLine(address), ...timeLines];
  for (const attribute of attributes) {
    checkText("attributes", attribute);
    lines.push(`a=${attribute}`);
  }
  return lines;
}
