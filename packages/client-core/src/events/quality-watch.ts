import { assessQuality, type CodecQuality, type MediaQuality } from "@sidetone/media-core";
import type { CallEventDraft } from "./client-event.ts";
import { qualityBand, type QualityBand, type QualityCause } from "./quality-band.ts";

const advice: Readonly<Record<QualityCause, string>> = {
  Loss: "Packets get lost on their way here: prefer a wire to a wireless network, and leave it less to do besides.",
  Jitter: "Packets come unevenly: prefer a wire to a wireless network, and leave it less to do besides.",
  Delay: "Packets come a long way: choose a nearer server, and avoid tunnels.",
};

/** A change of the score that is worth telling. */
const noticeableMos = 0.2;
/** An impairment that is worth naming, in R. */
const noticeableImpairment = 3;
/** A change of the loss that is worth telling, in points. */
const noticeableLossPercent = 1;
const noticeableJitterMs = 5;

/** Turns one measurement a second into an event when something has changed noticeably. */
export class QualityWatch {
  readonly #codecQuality: (encodingName: string) => CodecQuality | undefined;
  #mos: number | undefined = undefined;
  #band: QualityBand | undefined = undefined;
  #lossPercent = 0;
  #jitterMs: number | undefined = undefined;

  constructor(codecQuality: (encodingName: string) => CodecQuality | undefined) {
    this.#codecQuality = codecQuality;
  }

  take(quality: MediaQuality): CallEventDraft[] {
    return [...this.#loss(quality), ...this.#jitter(quality), ...this.#score(quality)];
  }

  #score(quality: MediaQuality): CallEventDraft[] {
    const { mos, rFactor } = quality;
    if (mos === undefined || rFactor === undefined) return [];
    const band = qualityBand(rFactor);
    if (this.#mos !== undefined && band === this.#band && Math.abs(mos - this.#mos) < noticeableMos) return [];
    this.#mos = mos;
    this.#band = band;
    const cause = this.#cause(quality, rFactor);
    return [{ type: "MediaQualityChanged", mosScore: mos, rFactor, band, cause, advice: cause && advice[cause] }];
  }

  #loss({ lossPercent = 0 }: MediaQuality): CallEventDraft[] {
    const ended = lossPercent === 0 && this.#lossPercent > 0;
    if (!ended && Math.abs(lossPercent - this.#lossPercent) < noticeableLossPercent) return [];
    this.#lossPercent = lossPercent;
    return [{ type: "PacketLoss", lossPercent }];
  }

  #jitter({ jitterMs }: MediaQuality): CallEventDraft[] {
    if (jitterMs === undefined) return [];
    const before = this.#jitterMs ?? 0;
    const change = Math.abs(jitterMs - before);
    if (change < noticeableJitterMs || change < Math.max(before, jitterMs) / 2) return [];
    this.#jitterMs = jitterMs;
    return [{ type: "JitterChanged", jitterMs }];
  }

  /** By how much R would be better without it: the greatest names the cause. */
  #cause({ codec, lossPercent, roundTripMs, jitterBufferMs }: MediaQuality, rFactor: number): QualityCause | undefined {
    const codecQuality = this.#codecQuality(codec);
    if (!codecQuality) return undefined;
    const without = (changed: object): number => {
      const measured = { codec: codecQuality, lossPercent, roundTripMs, jitterBufferMs, packetTimeMs: 20, ...changed };
      return (assessQuality(measured)?.rFactor ?? rFactor) - rFactor;
    };
    const gains: readonly (readonly [QualityCause, number])[] = [
      ["Loss", without({ lossPercent: 0 })],
      ["Jitter", without({ jitterBufferMs: 0 })],
      ["Delay", without({ roundTripMs: 0 })],
    ];
    const [cause, gain] = gains.reduce((most, next) => (next[1] > most[1] ? next : most));
    return gain >= noticeableImpairment ? cause : undefined;
  }
}
