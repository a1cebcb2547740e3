import { MediaError } from "../media-error.ts";
import { saturate } from "../dsp/saturate.ts";
import type { AudioSource } from "./audio-source.ts";
import { Countdown } from "./countdown.ts";
import { Oscillator } from "./oscillator.ts";

/** One beat of a tone: sound, then silence. */
export interface ToneBeat {
  readonly onMs: number;
  readonly offMs: number;
}

export interface ToneOptions {
  /** One sine per frequency, in Hz, all at once. */
  frequenciesHz: readonly number[];
  /** Level of each sine, in dBm0: 3.14 is a full-scale sine (G.711 A-law). Default −10. */
  levelDbm0?: number;
  /** The beats, in turn and then from the start again. Default: continuous. */
  cadence?: readonly ToneBeat[];
  /** How long it lasts. Default: until closed. */
  durationMs?: number;
}

/** A full-scale sine in dBm0 (ITU-T G.711 §4, A-law). */
const fullScaleDbm0 = 3.14;
/** Beats begin and end over this time, so that they do not click. */
const rampMs = 4;

/** Plays one or more sines, continuously or in a cadence: test tones and the tones of call progress. */
export class ToneSource implements AudioSource {
  readonly #oscillators: readonly Oscillator[];
  readonly #cadence: readonly ToneBeat[];
  readonly #cycleMs: number;
  readonly #countdown: Countdown;
  #sum = new Float64Array(0);
  #position = 0;
  #sampleRate = 0;
  #error: MediaError | undefined;

  /** @throws {MediaError} `MEDIA_OPTION_INVALID` for no or an impossible frequency, a level above full scale, or an empty beat. */
  constructor(options: ToneOptions) {
    const levelDbm0 = options.levelDbm0 ?? -10;
    const peak = 32_767 * 10 ** ((levelDbm0 - fullScaleDbm0) / 20);
    const { frequenciesHz, cadence = [] } = options;
    if (frequenciesHz.length === 0 || !frequenciesHz.every((hz) => hz > 0 && hz < 24_000)) {
      throw new MediaError(
        "MEDIA_OPTION_INVALID",
        `frequenciesHz names one or more tones between 0 and 24,000 Hz, not [${frequenciesHz.join(", ")}]`,
      );
    }
    if (!(peak * frequenciesHz.length <= 32_767.5)) {
      throw new MediaError(
        "MEDIA_OPTION_INVALID",
        `${frequenciesHz.length} sine(s) of ${levelDbm0} dBm0 exceed full scale; 3.14 dBm0 is the most for one, −2.88 for two`,
      );
    }
    if (!cadence.every(({ onMs, offMs }) => onMs > 0 && offMs > 0)) {
      throw new MediaError("MEDIA_OPTION_INVALID", "Each beat of a cadence has onMs and offMs above 0");
    }
    this.#oscillators = frequenciesHz.map((hz) => new Oscillator(hz, peak));
    this.#cadence = cadence;
    this.#cycleMs = cadence.reduce((sum, { onMs, offMs }) => sum + onMs + offMs, 0);
    this.#countdown = new Countdown(options.durationMs);
  }

  /** Set when a frequency cannot be played at the rate that was asked for: half of it or more. */
  get error(): MediaError | undefined {
    return this.#error;
  }

  read(target: Int16Array, sampleRate: number): number {
    if (sampleRate !== this.#sampleRate) this.#changeRate(sampleRate);
    const count = this.#countdown.take(target.length, sampleRate);
    if (this.#sum.length < count) this.#sum = new Float64Array(count);
    this.#sum.fill(0, 0, count);
    for (const oscillator of this.#oscillators) oscillator.addTo(this.#sum, 0, count, this.#position, sampleRate);
    for (let i = 0; i < count; i++) target[i] = saturate(this.#sum[i]! * this.#envelope(this.#position + i));
    this.#position += count;
    return count;
  }

  close(): void {
    this.#countdown.end();
  }

  #changeRate(sampleRate: number): void {
    if (this.#sampleRate > 0) this.#position = Math.round((this.#position * sampleRate) / this.#sampleRate);
    this.#sampleRate = sampleRate;
    const tooHigh = this.#oscillators.find(({ hz }) => hz >= sampleRate / 2);
    if (!tooHigh) return;
    this.#error = new MediaError(
      "MEDIA_OPTION_INVALID",
      `A tone of ${tooHigh.hz} Hz cannot be sent at ${sampleRate} Hz: only below ${sampleRate / 2} Hz`,
    );
    this.#countdown.end();
  }

  /** 1 in a beat, 0 between beats. */
  #envelope(position: number): number {
    if (this.#cadence.length === 0) return 1;
    let inCycleMs = ((position * 1000) / this.#sampleRate) % this.#cycleMs;
    for (const { onMs, offMs } of this.#cadence) {
      if (inCycleMs < onMs) return Math.min(1, inCycleMs / rampMs, (onMs - inCycleMs) / rampMs);
      inCycleMs -= onMs + offMs;
      if (inCycleMs < 0) return 0;
    }
    return 0;
  }
}
