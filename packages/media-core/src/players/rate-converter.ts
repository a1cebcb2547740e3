import { Resampler } from "../dsp/resampler.ts";

/** Mono samples at a rate of their own, taken as needed. */
export interface SampleFeed {
  /** Rate of the samples that the next `take` gives, in Hz. */
  readonly sampleRate: number;
  /** Writes up to `length` samples to `target` from `offset` on. 0: there are none (now). Never waits. */
  take(target: Int16Array, offset: number, length: number): number;
}

/** Serves a feed at whatever rate is asked for. When the feed runs dry, what the resampler still holds comes out first. */
export class RateConverter {
  readonly #feed: SampleFeed;
  #sampleRate = 0;
  #resampler: Resampler | undefined;
  #holdsTail = false;
  #taken: Int16Array = new Int16Array(0);
  /** Samples that were converted but not asked for yet lie from `#convertedFrom` to `#convertedTo`. */
  #converted: Int16Array = new Int16Array(0);
  #convertedFrom = 0;
  #convertedTo = 0;

  constructor(feed: SampleFeed) {
    this.#feed = feed;
  }

  /** Fills `target` at `sampleRate`. Fewer samples than its length: the feed ran dry. */
  read(target: Int16Array, sampleRate: number): number {
    if (sampleRate !== this.#sampleRate) this.reset();
    this.#sampleRate = sampleRate;
    const feed = this.#feed;
    let filled = this.#drain(target, 0);
    while (filled < target.length) {
      if (this.#holdsTail && this.#resampler?.inputRate !== feed.sampleRate) this.#flush();
      else if (feed.sampleRate === sampleRate) {
        const taken = feed.take(target, filled, target.length - filled);
        if (taken === 0) break;
        filled += taken;
      } else if (!this.#convert(target.length - filled)) {
        if (!this.#holdsTail) break;
        this.#flush();
      }
      filled = this.#drain(target, filled);
    }
    return filled;
  }

  /** Whether something was taken from the feed and not read yet. */
  get holdsAudio(): boolean {
    return this.#holdsTail || this.#convertedFrom < this.#convertedTo;
  }

  /** Forgets what was taken but not read. */
  reset(): void {
    this.#resampler = undefined;
    this.#holdsTail = false;
    this.#convertedFrom = this.#convertedTo = 0;
  }

  #drain(target: Int16Array, filled: number): number {
    while (this.#convertedFrom < this.#convertedTo && filled < target.length) target[filled++] = this.#converted[this.#convertedFrom++]!;
    return filled;
  }

  /** Takes and converts what `wanted` samples need, or what there is. False when there is nothing. */
  #convert(wanted: number): boolean {
    const inputRate = this.#feed.sampleRate;
    if (this.#resampler?.inputRate !== inputRate) this.#resampler = new Resampler(inputRate, this.#sampleRate);
    const resampler = this.#resampler;
    const needed = resampler.inputFor(wanted);
    if (this.#taken.length < needed) this.#taken = new Int16Array(needed);
    const taken = this.#feed.take(this.#taken, 0, needed);
    if (taken === 0) return false;
    this.#makeRoom(resampler.outputFor(taken));
    this.#convertedTo = resampler.process(this.#taken, this.#converted, taken);
    this.#holdsTail = true;
    return true;
  }

  #flush(): void {
    const resampler = this.#resampler!;
    this.#makeRoom(resampler.tailSamples);
    this.#convertedTo = resampler.flush(this.#converted);
    this.#holdsTail = false;
  }

  #makeRoom(samples: number): void {
    if (this.#converted.length < samples) this.#converted = new Int16Array(samples);
    this.#convertedFrom = 0;
    this.#convertedTo = 0;
  }
}
