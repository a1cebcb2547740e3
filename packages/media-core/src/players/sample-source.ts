import { checkSampleRate } from "../dsp/resampler.ts";
import type { AudioSource } from "./audio-source.ts";
import { RateConverter, type SampleFeed } from "./rate-converter.ts";

/** A clip of mono audio in memory. */
export interface AudioClip {
  /** 16-bit PCM. Shared by all who play it, so nobody writes to it. */
  readonly samples: Int16Array;
  /** In Hz. */
  readonly sampleRate: number;
}

export interface SampleSourceOptions {
  /** Rate of the samples, in Hz. */
  sampleRate: number;
  /** Starts again at the end, without a gap, until closed. Default false. */
  loop?: boolean;
}

/** Plays samples from memory, which it does not copy. One clip may be played to any number of calls, by a source each. */
export class SampleSource implements AudioSource {
  readonly #converter: RateConverter;
  readonly #feed: ClipFeed;

  /** @throws {MediaError} `MEDIA_OPTION_INVALID` for a sample rate that is no whole number from 1,000 to 768,000 Hz. */
  constructor(samples: Int16Array, options: SampleSourceOptions) {
    checkSampleRate(options.sampleRate);
    this.#feed = new ClipFeed(samples, options.sampleRate, options.loop ?? false);
    this.#converter = new RateConverter(this.#feed);
  }

  read(target: Int16Array, sampleRate: number): number {
    return this.#converter.read(target, sampleRate);
  }

  close(): void {
    this.#feed.empty();
    this.#converter.reset();
  }
}

class ClipFeed implements SampleFeed {
  readonly sampleRate: number;
  readonly #loop: boolean;
  #samples: Int16Array;
  #next = 0;

  constructor(samples: Int16Array, sampleRate: number, loop: boolean) {
    this.#samples = samples;
    this.sampleRate = sampleRate;
    this.#loop = loop;
  }

  take(target: Int16Array, offset: number, length: number): number {
    if (this.#loop && this.#next === this.#samples.length) this.#next = 0;
    const next = this.#next;
    const count = Math.min(length, this.#samples.length - next);
    target.set(this.#samples.subarray(next, next + count), offset);
    this.#next = next + count;
    return count;
  }

  empty(): void {
    this.#samples = new Int16Array(0);
    this.#next = 0;
  }
}
