import { Fmtp } from "./attributes/fmtp.ts";
import { Mid } from "./attributes/grouping.ts";
import { Maxptime, Ptime } from "./attributes/ptime.ts";
import { Rtcp } from "./attributes/rtcp.ts";
import { Rtpmap } from "./attributes/rtpmap.ts";
import { isSameName, type RtpCodec } from "./codec.ts";
import { internetAddressOf } from "./connection.ts";
import { directionFromName, type MediaDirection } from "./direction.ts";
import { parseDecimal } from "./fields.ts";
import { staticFormat } from "./static-payload-types.ts";
import type { SessionDescription } from "./session-description.ts";

/** What one m= line says about its RTP stream, with what it inherits from the session level. Plain data. */
export interface StreamDescription {
  /** `audio`, `video` … */
  readonly kind: string;
  /** `RTP/AVP` … */
  readonly protocol: string;
  /** Where RTP is received; 0 when the stream is off. */
  readonly port: number;
  /** Where media is received: the c= line of the stream, else of the session; undefined when neither has one, or it is none of the Internet. */
  readonly address: string | undefined;
  /** Where RTCP is received unless it shares the RTP port: a=rtcp, else the port above; 0 when there is none above. */
  readonly rtcpPort: number;
  /** Undefined: the same as `address`. */
  readonly rtcpAddress: string | undefined;
  /** Whether RTP and RTCP may share one port (RFC 5761 §5.1.1). */
  readonly rtcpMux: boolean;
  /** Default sendrecv. */
  readonly direction: MediaDirection;
  /** Milliseconds of media in a packet that this side would like to receive. */
  readonly ptimeMs: number | undefined;
  readonly maxptimeMs: number | undefined;
  readonly mid: string | undefined;
  /** In order of preference; only payload types, 0–127, each once. */
  readonly formats: readonly RtpCodec[];
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type StreamDraft = Mutable<Omit<StreamDescription, "formats">> & { formats: Mutable<RtpCodec>[] };

/**
 * Reads one m= line as an RTP stream, in one pass over its lines.
 *
 * A static payload type needs no rtpmap, and one that repeats its own name is not trusted with the clock rate (`9 G722/16000` is a
 * common mistake for 8000). Malformed attributes count as absent; of repeated ones the last applies.
 */
export function describeStream(description: SessionDescription, mediaIndex: number): StreamDescription {
  const media = description.media[mediaIndex]!;
  const stream: StreamDraft = {
    kind: media.kind,
    protocol: media.protocol,
    port: media.port,
    address: internetAddressOf(media.connection ?? description.connection),
    rtcpPort: defaultRtcpPort(media.port),
    rtcpAddress: undefined,
    rtcpMux: false,
    direction: sessionDirection(description),
    ptimeMs: undefined,
    maxptimeMs: undefined,
    mid: undefined,
    formats: readFormats(media.formats),
  };
  for (let i = 1; i < media.lines.length; i++) {
    if (media.lines[i]!.startsWith("a=")) readAttribute(stream, media.lines[i]!);
  }
  return stream;
}

/** "RTCP ... one higher unless there is an explicit indication otherwise" (RFC 3264 §6.1). */
export function defaultRtcpPort(port: number): number {
  return port > 0 && port < 65_535 ? port + 1 : 0;
}

function readAttribute(stream: StreamDraft, line: string): void {
  const colon = line.indexOf(":");
  const name = colon < 0 ? line.slice(2).trimEnd() : line.slice(2, colon);
  switch (name) {
    case Rtpmap.name:
      return readRtpmap(stream.formats, line.slice(colon + 1));
    case Fmtp.name:
      return readFmtp(stream.formats, line.slice(colon + 1));
    case Ptime.name:
      stream.ptimeMs = Ptime.parse(line.slice(colon + 1)) ?? stream.ptimeMs;
      return;
    case Maxptime.name:
      stream.maxptimeMs = Maxptime.parse(line.slice(colon + 1)) ?? stream.maxptimeMs;
      return;
    case Rtcp.name: {
      const rtcp = Rtcp.parse(line.slice(colon + 1));
      if (rtcp) ({ port: stream.rtcpPort, address: stream.rtcpAddress } = rtcp);
      return;
    }
    case Mid.name:
      stream.mid = Mid.parse(line.slice(colon + 1));
      return;
    case "rtcp-mux":
      stream.rtcpMux = true;
      return;
    default:
      if (colon < 0) stream.direction = directionFromName(name) ?? stream.direction;
  }
}

/** "a direction attribute was present as either a media stream attribute or a session attribute" (RFC 3264 §5.1). */
function sessionDirection(description: SessionDescription): MediaDirection {
  for (const line of description.lines) {
    const direction = line.startsWith("a=") ? directionFromName(line.slice(2).trimEnd()) : undefined;
    if (direction) return direction;
  }
  return "sendrecv";
}

function readFormats(texts: readonly string[]): Mutable<RtpCodec>[] {
  const formats: Mutable<RtpCodec>[] = [];
  for (const text of texts) {
    const payloadType = parseDecimal(text, 127);
    if (payloadType === undefined || findFormat(formats, payloadType)) continue;
    const known = staticFormat(payloadType);
    formats.push({ payloadType, encodingName: known?.[0] ?? "", clockRate: known?.[1] ?? 0, channels: known?.[2] ?? 1, fmtp: undefined });
  }
  return formats;
}

function readRtpmap(formats: Mutable<RtpCodec>[], text: string): void {
  const rtpmap = Rtpmap.parse(text);
  const format = rtpmap && findFormat(formats, rtpmap.payloadType);
  if (!format || isSameName(format.encodingName, rtpmap.encodingName)) return;
  format.encodingName = rtpmap.encodingName;
  format.clockRate = rtpmap.clockRate;
  format.channels = rtpmap.channels;
}

function readFmtp(formats: Mutable<RtpCodec>[], text: string): void {
  const fmtp = Fmtp.parse(text);
  const payloadType = fmtp && parseDecimal(fmtp.format, 127);
  const format = payloadType === undefined ? undefined : findFormat(formats, payloadType);
  if (format) format.fmtp = fmtp!.parameters;
}

function findFormat(formats: Mutable<RtpCodec>[], payloadType: number): Mutable<RtpCodec> | undefined {
  for (const format of formats) if (format.payloadType === payloadType) return format;
  return undefined;
}
