import type { MediaQuality, MediaStatistics } from "@sidetone/media-core";
import type { NegotiatedMedia } from "@sidetone/sdp-core";
import type { ModifyOptions } from "../call/call.ts";
import { mediaInfo, type CallMediaInfo } from "../call/call-info.ts";
import { ClientError } from "../errors/client-error.ts";
import { qualityBand, type QualityBand } from "../events/quality-band.ts";
import { ManagedAudio } from "./managed-audio.ts";
import type { CallRef } from "./managed-lifecycle.ts";

/** A codec that can really be encoded here. */
export interface AudioCodecInfo {
  readonly name: string;
  /** Of RTP, in Hz. */
  readonly clockRate: number;
  /** Of the PCM, in Hz. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Of RFC 3551, where it has one. */
  readonly staticPayloadType: number | undefined;
}

/** What media there is here. */
export interface MediaCapabilities {
  readonly audioCodecs: readonly AudioCodecInfo[];
  /** Whether key presses travel as telephone-event (RFC 4733). */
  readonly dtmf: boolean;
  /** Packet times that can be asked for, in milliseconds. */
  readonly ptimesMs: readonly number[];
  readonly encryption: false;
  readonly video: false;
}

/** Quality of a call as it was measured; a figure that was not is undefined. */
export interface QualityMetrics {
  /** Mean opinion score, 1 to 4.5 (ITU-T G.107). */
  readonly mosScore: number | undefined;
  readonly rFactor: number | undefined;
  readonly band: QualityBand | undefined;
  readonly packetLossPercent: number | undefined;
  readonly jitterMs: number | undefined;
  readonly roundTripMs: number | undefined;
}

/** The counters of a call with its quality over the whole of it. */
export interface CallMediaStatistics extends MediaStatistics {
  readonly qualityMetrics: QualityMetrics;
}

/** The counters of RTP alone. */
export type RtpStatistics = Pick<
  MediaStatistics,
  | "packetsSent"
  | "octetsSent"
  | "packetsReceived"
  | "octetsReceived"
  | "packetsLost"
  | "packetsLate"
  | "packetsDuplicated"
  | "packetsReordered"
  | "packetsRejected"
  | "jitterMs"
>;

/** A call in figures. */
export interface CallStatistics {
  /** From the INVITE to the answer; undefined before it. */
  readonly setupMs: number | undefined;
  readonly durationMs: number;
  /** Undefined without audio here. */
  readonly media: CallMediaStatistics | undefined;
}

const ptimesMs: readonly number[] = [10, 20, 30, 40, 50, 60];

/** Codecs, descriptions, statistics and quality. Every method throws `CALL_NOT_FOUND` for an id that no present call has. */
export abstract class ManagedMedia extends ManagedAudio {
  /** What can really be encoded here, in order of preference; none with external media. */
  getSupportedAudioCodecs(): readonly AudioCodecInfo[] {
    return (this.client.codecs?.codecs ?? []).map(({ encodingName, clockRate, sampleRate, channels, staticPayloadType }) => {
      return { name: encodingName, clockRate, sampleRate, channels, staticPayloadType };
    });
  }

  getMediaCapabilities(): MediaCapabilities {
    const audioCodecs = this.getSupportedAudioCodecs();
    const dtmf = audioCodecs.length > 0 && this.client.offersDtmf;
    return { audioCodecs, dtmf, ptimesMs: audioCodecs.length > 0 ? ptimesMs : [], encryption: false, video: false };
  }

  /** Codecs of later calls, in order of preference. @throws {ClientError} `CODEC_UNSUPPORTED`, `MEDIA_NOT_AVAILABLE`. */
  setPreferredCodecs(names: readonly string[]): void {
    this.client.preferCodecs(names);
  }

  /** The codec that a call sends; undefined before offer and answer have met, and with external media. */
  getCallCodecInfo(ref: CallRef): AudioCodecInfo | undefined {
    const { codec } = this.resolve(ref);
    return this.getSupportedAudioCodecs().find(({ name }) => name === codec);
  }

  /** The audio stream as offer and answer agreed on it; undefined before, and with external media. */
  getCallMediaInfo(ref: CallRef): CallMediaInfo | undefined {
    return mediaInfo(this.resolve(ref).negotiatedMedia);
  }

  /** The same with everything that was negotiated. */
  getNegotiatedMediaParams(ref: CallRef): NegotiatedMedia | undefined {
    return this.resolve(ref).negotiatedMedia;
  }

  /** Counters as they stand, with the quality over the whole call; undefined without audio here. */
  getMediaStatistics(ref: CallRef): CallMediaStatistics | undefined {
    const statistics = this.resolve(ref).statistics();
    return statistics && { ...statistics, qualityMetrics: metricsOf(statistics) };
  }

  getRtpStatistics(ref: CallRef): RtpStatistics | undefined {
    const statistics = this.resolve(ref).statistics();
    if (!statistics) return undefined;
    const { packetsSent, octetsSent, packetsReceived, octetsReceived, jitterMs } = statistics;
    const { packetsLost, packetsLate, packetsDuplicated, packetsReordered, packetsRejected } = statistics;
    const received = { packetsReceived, octetsReceived, packetsLost, packetsLate, packetsDuplicated, packetsReordered, packetsRejected };
    return { packetsSent, octetsSent, ...received, jitterMs };
  }

  getCallStatistics(ref: CallRef): CallStatistics {
    const call = this.resolve(ref);
    const { startedAtMs, connectedAtMs, durationMs } = call;
    const setupMs = connectedAtMs === undefined ? undefined : connectedAtMs - startedAtMs;
    return { setupMs, durationMs, media: this.getMediaStatistics(call) };
  }

  /** What was measured in the last second; undefined until it was. */
  getCallQuality(ref: CallRef): (MediaQuality & { readonly band: QualityBand | undefined }) | undefined {
    const { quality } = this.resolve(ref);
    return quality && { ...quality, band: bandOf(quality.rFactor) };
  }

  /** Changes a call by a re-INVITE: `codecs` with audio here, `sdp` with external media; see `Call.modify`. */
  updateCallMedia(ref: CallRef, options: ModifyOptions): Promise<void> {
    return this.command("updateCallMedia", () => this.resolve(ref).modify(options));
  }

  /** The offer that a re-INVITE would carry now. Nothing is sent. @throws {ClientError} `MEDIA_NOT_AVAILABLE` with external media, `CALL_ENDED`. */
  previewSdpOffer(ref: CallRef): Promise<string> {
    return this.command("previewSdpOffer", () => this.resolve(ref).previewOffer());
  }

  /**
   * The answer that an offer would get now, by default that of an incoming call that waits. Nothing is sent.
   *
   * @throws {ClientError} `CALL_STATE_INVALID` when there is no such offer; `MEDIA_NO_COMMON_CODEC`, `MEDIA_NEGOTIATION_FAILED` where it would
   *   be refused; `MEDIA_NOT_AVAILABLE` with external media, `CALL_ENDED`.
   */
  previewSdpAnswer(ref: CallRef, offer?: string): Promise<string> {
    return this.command("previewSdpAnswer", () => {
      const call = this.resolve(ref);
      const sdp = offer ?? this.client.findIncoming(call.id)?.remoteSdp;
      if (sdp === undefined) throw new ClientError("CALL_STATE_INVALID", "There is no offer that waits for an answer; give one");
      return call.previewAnswer(sdp);
    });
  }
}

function metricsOf(statistics: MediaStatistics): QualityMetrics {
  const { mos, rFactor, jitterMs, roundTripMs, packetsReceived, packetsLost, packetsLate } = statistics;
  const expected = packetsReceived + packetsLost;
  const unheard = Math.max(0, packetsLost) + packetsLate;
  return {
    mosScore: mos,
    rFactor,
    band: bandOf(rFactor),
    packetLossPercent: packetsReceived > 0 && expected > 0 ? Math.min(100, (100 * unheard) / expected) : undefined,
    jitterMs,
    roundTripMs,
  };
}

function bandOf(rFactor: number | undefined): QualityBand | undefined {
  return rFactor === undefined ? undefined : qualityBand(rFactor);
}
