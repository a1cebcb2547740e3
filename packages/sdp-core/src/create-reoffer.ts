import { isSameCodec, type CodecCapability, type RtpCodec } from "./codec.ts";
import { connectionLine } from "./connection.ts";
import { acceptsProtocol, checkCapability, checkToken, invalid, type MediaCapability } from "./media-capability.ts";
import { MediaDescription } from "./media-description.ts";
import { nextDescription } from "./next-description.ts";
import { SessionDescription } from "./session-description.ts";
import { describeStream } from "./stream-description.ts";
import { disabledLines, localCodec, localStream, streamLines } from "./write-stream.ts";

export interface ReofferOptions {
  /** New local address of the media, for c=. Default that of the previous description. */
  readonly address?: string;
  /** All streams of the session as they shall be; what is not here is switched off. */
  readonly media: readonly MediaCapability[];
}

const firstDynamicPayloadType = 96;
const lastDynamicPayloadType = 127;

/**
 * An offer that modifies the session (RFC 3264 §8), from our last description in it, whether offer or answer.
 *
 * The m= lines keep their places and their number never shrinks: a stream goes to its `mediaIndex`, else to the first line of its kind
 * that is in use and free, else to one that is switched off, else below all. A line that no stream takes gets port 0. A codec keeps the
 * payload type that the previous description gave it on that line (§8.3.2); a new one gets the number it prefers, or the next dynamic
 * one that is free. The version rises by one if anything changed; otherwise the result is `previous` itself.
 *
 * Only the previous description is looked at, so give each codec a preferred number of its own: then none that was dropped long ago can
 * come back as another codec's.
 *
 * @throws {SdpNegotiationError} `SDP_CAPABILITY_INVALID` when an option cannot be written or two streams want one m= line.
 */
export function createReoffer(previous: SessionDescription, options: ReofferOptions): SessionDescription {
  const address = options.address ?? previous.connection?.address ?? previous.origin.address;
  checkToken("address", address);
  const media = placeStreams(previous, options.media).map((capability, mediaIndex) => {
    const lines = capability ? reofferedLines(previous, mediaIndex, capability, address) : switchedOffLines(previous, mediaIndex);
    return new MediaDescription(lines, 1);
  });
  const connection = connectionLine(address);
  const lines = previous.lines.map((line) => (line.startsWith("c=") ? connection : line));
  return nextDescription(previous, new SessionDescription(lines, media));
}

/** The capability for each m= line; a hole is a line that nothing wants any more. */
function placeStreams(previous: SessionDescription, capabilities: readonly MediaCapability[]): (MediaCapability | undefined)[] {
  const places: (MediaCapability | undefined)[] = previous.media.map(() => undefined);
  for (const capability of capabilities) {
    checkCapability(capability);
    if (capability.mediaIndex === undefined) continue;
    if (capability.mediaIndex >= previous.media.length) throw invalid("mediaIndex", `${capability.mediaIndex}: there is no such m= line`);
    if (places[capability.mediaIndex]) throw invalid("mediaIndex", `${capability.mediaIndex} is wanted by two streams`);
    places[capability.mediaIndex] = capability;
  }
  for (const capability of capabilities) {
    if (capability.mediaIndex !== undefined) continue;
    const isFree = (mediaIndex: number): boolean => !places[mediaIndex] && previous.media[mediaIndex]!.kind === capability.kind;
    const inUse = previous.media.findIndex(({ port }, mediaIndex) => port !== 0 && isFree(mediaIndex));
    // §8.1: a new stream goes below the existing ones, "or by reusing the slot used by an old media stream which had been disabled".
    const reused = inUse >= 0 ? inUse : previous.media.findIndex((_, mediaIndex) => isFree(mediaIndex));
    if (reused >= 0) places[reused] = capability;
    else places.push(capability);
  }
  return places;
}

function reofferedLines(previous: SessionDescription, mediaIndex: number, capability: MediaCapability, sessionAddress: string): string[] {
  if (capability.port === 0) return switchedOffLines(previous, mediaIndex, capability);
  const before = mediaIndex < previous.media.length ? describeStream(previous, mediaIndex) : undefined;
  if (before?.kind !== capability.kind || before.port === 0) {
    const formats = capability.codecs.map((codec) => localCodec(codec, codec.payloadType));
    return streamLines(localStream(capability, sessionAddress, formats), sessionAddress, capability.attributes);
  }
  const stream = localStream(capability, sessionAddress, numberCodecs(capability.codecs, before.formats));
  const protocol = acceptsProtocol(capability, before.protocol) ? before.protocol : stream.protocol;
  return streamLines({ ...stream, protocol, mid: before.mid }, sessionAddress, capability.attributes);
}

/** "The stream description MAY omit all attributes present previously" (§8.2). */
function switchedOffLines(previous: SessionDescription, mediaIndex: number, capability?: MediaCapability): string[] {
  const before = previous.media[mediaIndex];
  if (before?.port === 0) return [...before.lines];
  if (before) return disabledLines(before);
  return disabledLines({
    kind: capability!.kind,
    protocol: "RTP/AVP",
    formats: capability!.codecs.map(({ payloadType }) => `${payloadType}`),
  });
}

/** "the mapping from a particular dynamic payload type number to a particular codec ... MUST NOT change for the duration of a session" */
function numberCodecs(codecs: readonly CodecCapability[], before: readonly RtpCodec[]): RtpCodec[] {
  const taken = new Set(before.map(({ payloadType }) => payloadType));
  const unclaimed = new Set(before);
  const kept = codecs.map((codec) => claim(codec, unclaimed));
  return codecs.map((codec, index) => {
    const payloadType = kept[index] ?? (taken.has(codec.payloadType) ? freePayloadType(taken, codecs) : codec.payloadType);
    taken.add(payloadType);
    return localCodec(codec, payloadType);
  });
}

/** The payload type that a codec had; one codec may be listed twice with different parameters, so each number is given once. */
function claim(codec: CodecCapability, unclaimed: Set<RtpCodec>): number | undefined {
  const formats = [...unclaimed].filter((format) => isSameCodec(codec, format));
  const format = formats.find(({ payloadType }) => payloadType === codec.payloadType) ?? formats[0];
  if (format) unclaimed.delete(format);
  return format?.payloadType;
}

function freePayloadType(taken: ReadonlySet<number>, codecs: readonly CodecCapability[]): number {
  for (let payloadType = firstDynamicPayloadType; payloadType <= lastDynamicPayloadType; payloadType++) {
    if (!taken.has(payloadType) && codecs.every((codec) => codec.payloadType !== payloadType)) return payloadType;
  }
  throw invalid("codecs", "no dynamic payload type is left");
}
