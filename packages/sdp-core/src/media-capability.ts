import type { CodecCapability } from "./codec.ts";
import type { MediaDirection } from "./direction.ts";
import { quote, SdpNegotiationError } from "./errors.ts";

/** One stream as we can and want to run it: what an offer lists, and what an offer received is answered from. */
export interface MediaCapability {
  /** `audio`; any kind is negotiated alike. */
  readonly kind: string;
  /** Local RTP port, already bound; 0 switches the stream off. */
  readonly port: number;
  /** Local address of this stream, where it is not that of the session. */
  readonly address?: string;
  /** Local RTCP port. Default `port` + 1; any other is written as a=rtcp (RFC 3605). */
  readonly rtcpPort?: number;
  /** Local address of RTCP, where it is not that of RTP: a NAT of several addresses may split them. */
  readonly rtcpAddress?: string;
  /** Whether RTP and RTCP may share `port` (RFC 5761): offered, or accepted when the peer offers it. Default false. */
  readonly rtcpMux?: boolean;
  /** In order of preference. */
  readonly codecs: readonly CodecCapability[];
  /** What is wanted of the stream. Default sendrecv. */
  readonly direction?: MediaDirection;
  /** Milliseconds of media in a packet that we would like to receive, a multiple of 10. Not written by default. */
  readonly ptimeMs?: number;
  /** The most milliseconds of media in a packet that we can receive, a multiple of 10. Not written by default. */
  readonly maxptimeMs?: number;
  /** Protocols accepted in an offer; the first is offered. Default RTP/AVP and RTP/AVPF. */
  readonly protocols?: readonly string[];
  /** Further attributes of the stream, without `a=`: `label:1`. Written as given, last. */
  readonly attributes?: readonly string[];
  /**
   * The m= line that this stream has in the session, once it has one. Left out, the stream takes the first line of an offer received
   * that it fits, and in an offer of ours the first of its kind that no other takes.
   */
  readonly mediaIndex?: number;
}

/** Protocols of a capability that names none: RTP without encryption, with and without early feedback (RFC 3551, RFC 4585). */
export const plainRtpProtocols: readonly string[] = ["RTP/AVP", "RTP/AVPF"];

export function acceptsProtocol(capability: MediaCapability, protocol: string): boolean {
  return (capability.protocols ?? plainRtpProtocols).includes(protocol);
}

/** @throws {SdpNegotiationError} `SDP_CAPABILITY_INVALID` for what cannot be written: the caller's mistake. */
export function checkCapability(capability: MediaCapability): void {
  checkToken("kind", capability.kind);
  checkPort("port", capability.port);
  checkPort("rtcpPort", capability.rtcpPort ?? 0);
  if (!isInteger(capability.mediaIndex ?? 0, 0, 65_535)) throw invalid("mediaIndex", `${capability.mediaIndex} is no position`);
  if (capability.address !== undefined) checkToken("address", capability.address);
  if (capability.rtcpAddress !== undefined) checkToken("rtcpAddress", capability.rtcpAddress);
  checkPacketTime("ptimeMs", capability.ptimeMs);
  checkPacketTime("maxptimeMs", capability.maxptimeMs);
  if (capability.protocols?.length === 0) throw invalid("protocols", "there is none");
  capability.protocols?.forEach((protocol) => checkToken("protocols", protocol));
  capability.attributes?.forEach((attribute) => checkText("attributes", attribute));
  const { codecs } = capability;
  if (codecs.length === 0) throw invalid("codecs", "there is none");
  for (let i = 0; i < codecs.length; i++) checkCodec(codecs[i]!, codecs, i);
}

/** One word of a line. */
export function checkToken(field: string, text: string): void {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) <= 32) throw invalid(field, `${quote(text)} holds a blank or control character`);
  }
  if (text.length === 0) throw invalid(field, "empty");
}

/** The rest of a line: byte-string of RFC 8866 §9. */
export function checkText(field: string, text: string): void {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0 || code === 10 || code === 13) throw invalid(field, `${quote(text)} holds NUL, CR or LF`);
  }
}

function checkCodec(codec: CodecCapability, codecs: readonly CodecCapability[], index: number): void {
  checkToken("encodingName", codec.encodingName);
  if (codec.fmtp !== undefined) checkText("fmtp", codec.fmtp);
  if (!isInteger(codec.payloadType, 0, 127)) throw invalid("payloadType", `${codec.payloadType} is not 0-127`);
  if (!isInteger(codec.clockRate, 1, 2 ** 32 - 1)) throw invalid("clockRate", `${codec.clockRate} is not a rate in Hz`);
  if (!isInteger(codec.channels ?? 1, 1, 255)) throw invalid("channels", `${codec.channels} is not 1-255`);
  for (let i = 0; i < index; i++) {
    if (codecs[i]!.payloadType === codec.payloadType) throw invalid("payloadType", `${codec.payloadType} stands for two codecs`);
  }
}

function checkPort(field: string, port: number): void {
  if (!isInteger(port, 0, 65_535)) throw invalid(field, `${port} is not 0-65535`);
}

function checkPacketTime(field: string, milliseconds: number | undefined): void {
  if (milliseconds !== undefined && (!isInteger(milliseconds, 10, 65_530) || milliseconds % 10 !== 0)) {
    throw invalid(field, `${milliseconds} is not a multiple of 10`);
  }
}

function isInteger(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

/** The error for a caller's mistake, naming the field. */
export function invalid(field: string, problem: string): SdpNegotiationError {
  return new SdpNegotiationError("SDP_CAPABILITY_INVALID", `${field}: ${problem}`);
}
