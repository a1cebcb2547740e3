import { JitterBuffer, type JitterBufferStats, type RtpPacketView } from "@sidetone/rtp-core";
import type { AudioCodec, AudioDecoder } from "../codecs/audio-codec.ts";
import { lengthen, shorten } from "../dsp/time-stretch.ts";
import type { FrameScratch } from "./frame-scratch.ts";
import { SampleFifo } from "./sample-fifo.ts";

/** A frame below this level (−45 dBFS) may be dropped or doubled to correct the buffer's delay without being noticed. */
const quietPeak = 32_768 * 10 ** (-45 / 20);
/** Sound that goes on is shortened when the delay is this much too long: with less, the next silence will do. */
const excessMs = 60;
/** One frame in so many is stretched: a tenth faster or slower at the most. */
const stretchEvery = 5;

/** From packets to frames of PCM: jitter buffer, decoders, concealment. Works at one clock rate and one sample rate. */
export class ReceivePath {
  // What every packet needs comes first, side by side.
  readonly #jitter: JitterBuffer;
  readonly #fifo = new SampleFifo();
  readonly #sampleRate: number;
  #codecs: readonly (AudioCodec | undefined)[] = [];
  /** The decoder used last, for which payload type, and whose it is. */
  #last: AudioDecoder | undefined;
  #lastPayloadType = -1;
  #lastCodec: AudioCodec | undefined;
  readonly #samplesPerUnit: number;
  readonly #scratch: FrameScratch;
  /** Decoders by payload type, made when first needed. */
  readonly #decoders = new Map<AudioCodec, AudioDecoder>();
  #untilStretch = 0;

  constructor(codec: AudioCodec, ptimeMs: number, scratch: FrameScratch) {
    this.#scratch = scratch;
    this.#jitter = new JitterBuffer({ clockRate: codec.clockRate, frameMs: ptimeMs });
    this.#sampleRate = codec.sampleRate;
    this.#samplesPerUnit = codec.sampleRate / codec.clockRate;
  }

  /** What each payload type is, by number. */
  setCodecs(codecs: readonly (AudioCodec | undefined)[]): void {
    this.#codecs = codecs;
    this.#lastPayloadType = -1;
  }

  get delayMs(): number {
    return this.#jitter.currentDelayMs;
  }

  stats(): JitterBufferStats {
    return this.#jitter.stats();
  }

  insert(packet: RtpPacketView, arrivalMs: number): void {
    if (this.#jitter.insert(packet, arrivalMs) !== "restarted") return;
    this.#decoders.clear();
    this.#lastCodec = undefined;
    this.#lastPayloadType = -1;
  }

  /** A packet of the same stream that is not audio. */
  note(packet: RtpPacketView): void {
    this.#jitter.note(packet);
  }

  /** Fills `frame` with what is to be heard from `deadlineMs` on. */
  read(frame: Int16Array, deadlineMs: number): void {
    while (this.#fifo.length < frame.length) {
      if (this.#pull(frame, deadlineMs)) return;
    }
    this.#fifo.take(frame);
  }

  /** Forgets what waits: the stream is held. */
  reset(): void {
    this.#jitter.reset();
    this.#fifo.clear();
    this.#last = this.#lastCodec = undefined;
    this.#lastPayloadType = -1;
  }

  /** Puts what comes next behind what waits, or, where that is just what `frame` needs, into `frame` itself: then true. */
  #pull(frame: Int16Array, deadlineMs: number): boolean {
    const heldMs = (this.#fifo.length * 1000) / this.#sampleRate;
    const outcome = this.#jitter.pull(deadlineMs + heldMs, heldMs);
    if (outcome === "frame") return this.#decode(frame);
    if (outcome === "empty" || !this.#last) return this.#addSilence();
    const target = this.#targetFor(this.#frameSamples, frame);
    this.#last.conceal(target);
    return this.#add(target, frame);
  }

  #decode(frame: Int16Array): boolean {
    const { payload, payloadType } = this.#jitter.frame;
    const codec = payloadType === this.#lastPayloadType ? this.#lastCodec : this.#codecs[payloadType];
    if (!codec) return this.#addSilence();
    const decoder = this.#decoderOf(codec);
    const target = this.#targetFor(codec.samplesIn(payload), frame);
    const samples = decoder.decode(payload, target);
    if (samples === 0) return this.#addSilence();
    this.#last = decoder;
    this.#lastPayloadType = payloadType;
    this.#lastCodec = codec;
    return this.#addCorrected(samples === target.length ? target : target.subarray(0, samples), frame);
  }

  /** Follows the jitter buffer's advice where nobody hears it: in silence a frame is dropped or doubled, in sound a period. */
  #addCorrected(samples: Int16Array, frame: Int16Array): boolean {
    const { advice } = this.#jitter;
    if (advice === "keep") return this.#add(samples, frame);
    if (!isQuiet(samples)) return this.#addStretched(samples, frame, advice);
    if (advice === "accelerate") return false;
    this.#fifo.push(samples);
    return this.#add(samples, frame);
  }

  #addStretched(samples: Int16Array, frame: Int16Array, advice: "accelerate" | "expand"): boolean {
    const { currentDelayMs, targetDelayMs } = this.#jitter;
    const isDue = advice === "expand" || currentDelayMs - targetDelayMs >= excessMs;
    if (!isDue || --this.#untilStretch > 0) return this.#add(samples, frame);
    this.#untilStretch = stretchEvery;
    if (advice === "accelerate") return this.#add(samples.subarray(0, shorten(samples)), frame);
    const stretched = this.#scratch.stretched.ofLength(2 * samples.length);
    return this.#add(stretched.subarray(0, lengthen(samples, stretched)), frame);
  }

  #add(samples: Int16Array, frame: Int16Array): boolean {
    if (samples === frame && this.#fifo.length === 0) return true;
    this.#fifo.push(samples);
    return false;
  }

  #addSilence(): boolean {
    this.#fifo.pushSilence(this.#frameSamples);
    return false;
  }

  /** As long as the packets are, as far as known. */
  get #frameSamples(): number {
    return Math.max(1, Math.round(this.#jitter.frameDuration * this.#samplesPerUnit));
  }

  /** Where `samples` go: into `frame` when it needs just them. */
  #targetFor(samples: number, frame: Int16Array): Int16Array {
    return samples === frame.length && this.#fifo.length === 0 ? frame : this.#scratch.decoded.ofLength(samples);
  }

  #decoderOf(codec: AudioCodec): AudioDecoder {
    if (codec === this.#lastCodec) return this.#last!;
    let decoder = this.#decoders.get(codec);
    if (!decoder) this.#decoders.set(codec, (decoder = codec.createDecoder()));
    return decoder;
  }
}

/** Sound shows after a few samples. */
function isQuiet(samples: Int16Array): boolean {
  for (let i = 0; i < samples.length; i++) if (Math.abs(samples[i]!) >= quietPeak) return false;
  return true;
}
