import { parseTelephoneEvents } from "./attributes/telephone-events.ts";
import { isAuxiliary, isTelephoneEvent, type RtpCodec } from "./codec.ts";
import { isNullAddress } from "./connection.ts";
import { canReceive, canSend, type MediaDirection } from "./direction.ts";
import type { StreamDescription } from "./stream-description.ts";

/** Why a stream is not in use: switched off by an offer or an answer, or not fit for what we can do. */
export type MediaRefusal = "off" | "kind" | "protocol" | "address" | "codec";

/**
 * What offer and answer agreed on for one m= line (RFC 3264 §6, §7), from our side. Plain data that can be structured-cloned.
 *
 * Where `accepted` is false no media and no RTCP flows, and only `mediaIndex`, `kind` and `refusal` mean anything.
 */
export interface NegotiatedMedia {
  /** Position of the m= line, counted from 0: the same in every description of the session. */
  readonly mediaIndex: number;
  readonly kind: string;
  readonly protocol: string;
  readonly accepted: boolean;
  /** Undefined when accepted. */
  readonly refusal: MediaRefusal | undefined;
  /** As our description says. */
  readonly localDirection: MediaDirection;
  /** As the peer's description says, from its side. */
  readonly remoteDirection: MediaDirection;
  /** Whether we may send RTP now: both directions allow it, and the peer gave an address other than 0.0.0.0 or `::`. */
  readonly sending: boolean;
  /** Whether RTP may arrive now. RTCP flows in either case (RFC 3264 §5.1). */
  readonly receiving: boolean;
  /** Whether the peer does not want to hear us: sendonly, inactive, or the address 0.0.0.0 of RFC 2543 (RFC 3264 §8.4). */
  readonly onHoldByRemote: boolean;
  readonly localAddress: string;
  readonly localPort: number;
  readonly localRtcpPort: number;
  /** Where to send RTP: a numeric address or a host name. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly remoteRtcpAddress: string;
  /** Where to send RTCP; 0: send none. */
  readonly remoteRtcpPort: number;
  /** Whether RTP and RTCP share one port on both sides. */
  readonly rtcpMux: boolean;
  /**
   * What may be sent, under the peer's payload types and with the peer's fmtp: voice codecs first, the preferred one first of all, then
   * CN and tone. Empty for a stream of telephone-event alone.
   */
  readonly sendCodecs: readonly RtpCodec[];
  /** What may arrive, by payload type, with our fmtp: everything that our description lists, telephone-event included. */
  readonly receivePayloadTypes: { readonly [payloadType: number]: RtpCodec };
  /** Undefined when digits cannot travel as events. */
  readonly telephoneEvent: NegotiatedTelephoneEvent | undefined;
  /** Milliseconds of media to send in a packet: a multiple of 10, 10–120. */
  readonly ptimeMs: number;
}

/** telephone-event (RFC 4733), at the clock rate of the first send codec where the peer has that. */
export interface NegotiatedTelephoneEvent {
  readonly sendPayloadType: number;
  readonly receivePayloadType: number;
  /** In Hz. */
  readonly clockRate: number;
  /** The events that the peer takes: 0–9 digits, 10 star, 11 pound, 12–15 A–D, 16 flash … */
  readonly events: readonly number[];
}

/** One codec that both sides have, as each side numbers and describes it. */
export interface CodecMatch {
  readonly local: RtpCodec;
  readonly remote: RtpCodec;
}

const defaultPtimeMs = 20;
const maxSendPtimeMs = 120;

export function acceptedMedia(
  mediaIndex: number,
  local: StreamDescription,
  remote: StreamDescription,
  matches: readonly CodecMatch[],
  onHoldByRemote: boolean,
): NegotiatedMedia {
  const localAddress = local.address ?? "";
  const remoteAddress = remote.address ?? "";
  const silenced = isNullAddress(remoteAddress);
  const rtcpMux = local.rtcpMux && remote.rtcpMux;
  const sendCodecs = listSendCodecs(matches);
  return {
    mediaIndex,
    kind: local.kind,
    protocol: local.protocol,
    accepted: true,
    refusal: undefined,
    localDirection: local.direction,
    remoteDirection: remote.direction,
    sending: canSend(local.direction) && canReceive(remote.direction) && !silenced,
    receiving: canReceive(local.direction) && canSend(remote.direction),
    onHoldByRemote: onHoldByRemote || silenced,
    localAddress,
    localPort: local.port,
    localRtcpPort: rtcpMux ? local.port : local.rtcpPort,
    remoteAddress,
    remotePort: remote.port,
    remoteRtcpAddress: rtcpMux ? remoteAddress : (remote.rtcpAddress ?? remoteAddress),
    remoteRtcpPort: silenced ? 0 : rtcpMux ? remote.port : remote.rtcpPort,
    rtcpMux,
    sendCodecs,
    receivePayloadTypes: byPayloadType(local.formats),
    telephoneEvent: telephoneEventOf(matches, sendCodecs[0]?.clockRate),
    ptimeMs: sendPtimeMs(local, remote),
  };
}

export function refusedMedia(mediaIndex: number, stream: StreamDescription, refusal: MediaRefusal): NegotiatedMedia {
  return {
    mediaIndex,
    kind: stream.kind,
    protocol: stream.protocol,
    accepted: false,
    refusal,
    localDirection: "inactive",
    remoteDirection: "inactive",
    sending: false,
    receiving: false,
    onHoldByRemote: false,
    localAddress: "",
    localPort: 0,
    localRtcpPort: 0,
    remoteAddress: "",
    remotePort: 0,
    remoteRtcpAddress: "",
    remoteRtcpPort: 0,
    rtcpMux: false,
    sendCodecs: [],
    receivePayloadTypes: {},
    telephoneEvent: undefined,
    ptimeMs: defaultPtimeMs,
  };
}

function listSendCodecs(matches: readonly CodecMatch[]): RtpCodec[] {
  const voice: RtpCodec[] = [];
  const auxiliary: RtpCodec[] = [];
  for (const { local, remote } of matches) {
    if (isTelephoneEvent(local)) continue;
    (isAuxiliary(local) ? auxiliary : voice).push({ ...local, payloadType: remote.payloadType, fmtp: remote.fmtp });
  }
  return auxiliary.length === 0 ? voice : voice.concat(auxiliary);
}

function byPayloadType(formats: readonly RtpCodec[]): { [payloadType: number]: RtpCodec } {
  const map: { [payloadType: number]: RtpCodec } = {};
  for (const format of formats) map[format.payloadType] = format;
  return map;
}

function telephoneEventOf(matches: readonly CodecMatch[], clockRate: number | undefined): NegotiatedTelephoneEvent | undefined {
  const candidates = matches.filter(({ local }) => isTelephoneEvent(local));
  const match = candidates.find(({ local }) => local.clockRate === clockRate) ?? candidates[0];
  return (
    match && {
      sendPayloadType: match.remote.payloadType,
      receivePayloadType: match.local.payloadType,
      clockRate: match.local.clockRate,
      events: parseTelephoneEvents(match.remote.fmtp),
    }
  );
}

/**
 * "When sending media, it SHOULD use a packetization interval equal to the value of the ptime attribute in the offer" (RFC 3264 §6.1),
 * within the peer's maxptime and what fits a datagram, as a multiple of 10. A peer that asks for none gets what we ask for.
 */
function sendPtimeMs(local: StreamDescription, remote: StreamDescription): number {
  const wanted = remote.ptimeMs ?? local.ptimeMs ?? defaultPtimeMs;
  const longest = Math.min(wanted, remote.maxptimeMs ?? maxSendPtimeMs, maxSendPtimeMs);
  return Math.max(10, longest - (longest % 10));
}
