import { Fmtp } from "./attributes/fmtp.ts";
import { attributeLine } from "./attributes/attribute-codec.ts";
import { Mid } from "./attributes/grouping.ts";
import { Maxptime, Ptime } from "./attributes/ptime.ts";
import { Rtcp } from "./attributes/rtcp.ts";
import { Rtpmap } from "./attributes/rtpmap.ts";
import type { CodecCapability, RtpCodec } from "./codec.ts";
import { connectionLine } from "./connection.ts";
import type { MediaCapability } from "./media-capability.ts";
import { plainRtpProtocols } from "./media-capability.ts";
import { defaultRtcpPort, type StreamDescription } from "./stream-description.ts";

/** A local stream with everything that the capability leaves open decided. */
export function localStream(capability: MediaCapability, sessionAddress: string, formats: readonly RtpCodec[]): StreamDescription {
  return {
    kind: capability.kind,
    protocol: (capability.protocols ?? plainRtpProtocols)[0]!,
    port: capability.port,
    address: capability.address ?? sessionAddress,
    rtcpPort: capability.rtcpPort ?? defaultRtcpPort(capability.port),
    rtcpAddress: capability.rtcpAddress,
    rtcpMux: capability.rtcpMux ?? false,
    direction: capability.direction ?? "sendrecv",
    ptimeMs: capability.ptimeMs,
    maxptimeMs: capability.maxptimeMs,
    mid: undefined,
    formats,
  };
}

export function localCodec(capability: CodecCapability, payloadType: number): RtpCodec {
  const { encodingName, clockRate, channels = 1, fmtp } = capability;
  return { payloadType, encodingName, clockRate, channels, fmtp };
}

/**
 * The lines of a stream. Reading them again with describeStream() gives an equal stream.
 *
 * Static payload types have their rtpmap too (RFC 3264 §5.1: "all media descriptions SHOULD contain rtpmap mappings"), and the
 * direction is always written, since devices that were on hold do not all take its absence for sendrecv.
 */
export function streamLines(stream: StreamDescription, sessionAddress: string, attributes: readonly string[] = []): string[] {
  let mediaLine = `m=${stream.kind} ${stream.port} ${stream.protocol}`;
  for (const format of stream.formats) mediaLine += ` ${format.payloadType}`;
  const lines = [mediaLine];
  if (stream.address !== undefined && stream.address !== sessionAddress) lines.push(connectionLine(stream.address));
  for (const format of stream.formats) {
    lines.push(attributeLine(Rtpmap, format));
    if (format.fmtp !== undefined) lines.push(attributeLine(Fmtp, { format: `${format.payloadType}`, parameters: format.fmtp }));
  }
  if (stream.ptimeMs !== undefined) lines.push(attributeLine(Ptime, stream.ptimeMs));
  if (stream.maxptimeMs !== undefined) lines.push(attributeLine(Maxptime, stream.maxptimeMs));
  if (stream.rtcpAddress !== undefined || stream.rtcpPort !== defaultRtcpPort(stream.port)) {
    lines.push(attributeLine(Rtcp, { port: stream.rtcpPort, address: stream.rtcpAddress }));
  }
  if (stream.rtcpMux) lines.push("a=rtcp-mux");
  if (stream.mid !== undefined) lines.push(attributeLine(Mid, stream.mid));
  lines.push(`a=${stream.direction}`);
  for (const attribute of attributes) lines.push(`a=${attribute}`);
  return lines;
}

/** A stream that is refused or switched off: port 0, the formats as they were, nothing else (RFC 3264 §6, §8.2). */
export function disabledLines(media: { readonly kind: string; readonly protocol: string; readonly formats: readonly string[] }): string[] {
  // "At least one MUST be present, as specified by SDP" (§6).
  return [`m=${media.kind} 0 ${media.protocol} ${media.formats.length > 0 ? media.formats.join(" ") : "0"}`];
}
