import { JitterBuffer, type JitterBufferStats, type RtpPacketView } from "@sidetone/rtp-core";
import type { AudioCodec, AudioDecoder } from "../codecs/audio-codec.ts";
import { peakDbfs } from "../dsp/level-meter.ts";
import { SampleFifo } from "./sample-fifo.ts";

/** A frame below this level may be dropped or doubled to correct the buffer's delay without being noticed. */
const quietDbfs = -45;

/** From packets to frames of PCM: jitter buffer, decoders, concealment. Works at one clock rate and one sample rate. */
export class ReceivePath {
  readonly #jitter: JitterBuffer;
  readonly #fifo = new SampleFifo();
  readonly #sampleRate: number;
  readonly #samplesPerUnit: number;
  /** Decoders by payload type, made when first needed. */
  readonly #decoders = new Map<AudioCodec, AudioDecoder>();
  #codecs: readonly (AudioCodec | undefined)[] = [];
  #last: AudioDecoder | undefined;
  #payload: Uint8Array = new Uint8Array(160);
  #decoded: Int16Array = new Int16Array(160);

  constructor(codec: AudioCodec, ptimeMs: number) {
    this.#jitter = new JitterBuffer({ clockRate: codec.clockRate, frameMs: ptimeMs });
    this.#sampleRate = codec.sampleRate;
    this.#samplesPerUnit = codec.sampleRate / codec.clockRate;
  }

  /** What each payload type is, by number. */
  setCodecs(codecs: readonly (AudioCodec | undefined)[]): void {
    this.#codecs = codecs;
  }

  get delayMs(): number {
    return this.#jitter.currentDelayMs;
  }

  stats(): JitterBufferStats {
    return this.#jitter.stats();
  }

  insert(packet: RtpPacketView, arrivalMs: number): void {
    if (this.#jitter.insert(packet, arrivalMs) === "restarted") this.#decoders.clear();
  }

  /** A packet of the same stream that is not audio. */
  note(packet: RtpPacketView): void {
    this.#jitter.note(packet);
  }

  /** Fills `frame` with what is to be heard from `deadlineMs` on. */
  read(frame: Int16Array, deadlineMs: number): void {
    while (this.#fifo.length < frame.length) this.#pull(deadlineMs + (this.#fifo.length * 1000) / this.#sampleRate);
    this.#fifo.take(frame);
  }

  /** Forgets what waits: the stream is held. */
  reset(): void {
    this.#jitter.reset();
    this.#fifo.clear();
    this.#last = undefined;
  }

  #pull(playoutMs: number): void {
    const result = this.#jitter.pull(playoutMs);
    if (result === "frame") return this.#decode();
    const samples = Math.max(1, Math.round(this.#jitter.frame.duration * this.#samplesPerUnit));
    if (result === "empty" || !this.#last) return this.#fifo.pushSilence(samples);
    this.#conceal(samples);
  }

  #decode(): void {
    const { payloadType } = this.#jitter.frame;
    const decoder = this.#decoderFor(payloadType);
    const payload = this.#copyPayload();
    const expected = this.#codecs[payloadType]?.samplesIn(payload) ?? 0;
    if (this.#decoded.length < expected) this.#decoded = new Int16Array(expected);
    const samples = decoder?.decode(payload, this.#decoded) ?? 0;
    if (!decoder || samples === 0) return this.#fifo.pushSilence(Math.round(this.#jitter.frame.duration * this.#samplesPerUnit));
    this.#last = decoder;
    this.#correctDelay(samples);
  }

  /** Follows the jitter buffer's advice where nobody hears it: in silence a frame is dropped or doubled. */
  #correctDelay(samples: number): void {
    const { advice } = this.#jitter;
    const mayCorrect =
      advice !== "keep" && peakDbfs(this.#decoded.length === samples ? this.#decoded : this.#decoded.subarray(0, samples)) < quietDbfs;
    if (mayCorrect && advice === "accelerate") return;
    this.#fifo.push(this.#decoded, samples);
    if (mayCorrect) this.#fifo.push(this.#decoded, samples);
  }

  #conceal(samples: number): void {
    if (this.#decoded.length !== samples) this.#decoded = new Int16Array(samples);
    this.#last!.conceal(this.#decoded);
    this.#fifo.push(this.#decoded, samples);
  }

  #decoderFor(payloadType: number): AudioDecoder | undefined {
    const codec = this.#codecs[payloadType];
    if (!codec) return undefined;
    let decoder = this.#decoders.get(codec);
    if (!decoder) this.#decoders.set(codec, (decoder = codec.createDecoder()));
    return decoder;
  }

  /** The frame's payload in an array of its own length, reused while the length stays. */
  #copyPayload(): Uint8Array {
    const { buffer, offset, length } = this.#jitter.frame;
    if (this.#payload.length !== length) this.#payload = new Uint8Array(length);
    const payload = this.#payload;
    for (let i = 0; i < length; i++) payload[i] = buffer[offset + i]!;
    return payload;
  }
}
