import { BoundedQueue } from "@sidetone/infra-common";
import { Resampler } from "../dsp/resampler.ts";
import type { AudioFrame, AudioInput, AudioInputOptions } from "../session/audio-input.ts";

const defaultCapacityFrames = 50;

/** One reader of received audio. Each frame is a fresh array, since it belongs to the reader. */
export class FrameReader implements AudioInput {
  readonly #queue: BoundedQueue<AudioFrame>;
  readonly #sampleRate: number | undefined;
  #resampler: Resampler | undefined;
  #position = 0;

  constructor(options: AudioInputOptions, onClosed: (reader: FrameReader) => void) {
    this.#sampleRate = options.sampleRate;
    this.#queue = new BoundedQueue<AudioFrame>({
      capacity: options.capacityFrames ?? defaultCapacityFrames,
      whenFull: "dropOldest",
      signal: options.signal,
      onEnded: () => onClosed(this),
    });
    // An impossible rate is the caller's mistake and is told at once.
    if (options.sampleRate !== undefined) this.#resampler = new Resampler(options.sampleRate, options.sampleRate);
  }

  get droppedFrames(): number {
    return this.#queue.droppedItems;
  }

  push(samples: Int16Array, sampleRate: number): void {
    const own = this.#converted(samples, sampleRate);
    this.#queue.push({ samples: own, sampleRate: this.#sampleRate ?? sampleRate, position: this.#position });
    this.#position += own.length;
  }

  close(): void {
    this.#queue.end();
  }

  [Symbol.asyncIterator](): AsyncIterator<AudioFrame> {
    return this.#queue[Symbol.asyncIterator]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#queue[Symbol.asyncDispose]();
  }

  #converted(samples: Int16Array, sampleRate: number): Int16Array {
    const wanted = this.#sampleRate ?? sampleRate;
    if (wanted === sampleRate) return samples.slice();
    if (this.#resampler?.inputRate !== sampleRate) this.#resampler = new Resampler(sampleRate, wanted);
    const target = new Int16Array(this.#resampler.outputFor(samples.length));
    this.#resampler.process(samples, target);
    return target;
  }
}
