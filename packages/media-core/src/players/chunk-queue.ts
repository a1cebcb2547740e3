import type { SampleFeed } from "./rate-converter.ts";

interface Chunk {
  readonly samples: Int16Array;
  readonly sampleRate: number;
}

/** Audio that waits to be played: chunks of any size and rate, first in, first out. */
export class ChunkQueue implements SampleFeed {
  readonly #chunks: Chunk[] = [];
  /** Index of the chunk being played, and of its next sample. */
  #head = 0;
  #next = 0;
  #sampleRate = 8000;
  #queuedMs = 0;
  #takenMs = 0;

  /** Of the next sample; of the last one when nothing waits. */
  get sampleRate(): number {
    return this.#chunks[this.#head]?.sampleRate ?? this.#sampleRate;
  }

  get isEmpty(): boolean {
    return this.#head === this.#chunks.length;
  }

  get queuedMs(): number {
    return this.#queuedMs;
  }

  /** Audio taken since the queue began. */
  get takenMs(): number {
    return this.#takenMs;
  }

  /** Copies `samples`. */
  push(samples: Int16Array, sampleRate: number): void {
    if (samples.length === 0) return;
    this.#chunks.push({ samples: samples.slice(), sampleRate });
    this.#queuedMs += (samples.length * 1000) / sampleRate;
  }

  take(target: Int16Array, offset: number, length: number): number {
    const chunk = this.#chunks[this.#head];
    if (!chunk) return 0;
    const { samples, sampleRate } = chunk;
    const count = Math.min(length, samples.length - this.#next);
    for (let i = 0; i < count; i++) target[offset + i] = samples[this.#next + i]!;
    this.#next += count;
    this.#sampleRate = sampleRate;
    const takenMs = (count * 1000) / sampleRate;
    this.#takenMs += takenMs;
    this.#queuedMs -= takenMs;
    if (this.#next === samples.length) this.#dropHead();
    return count;
  }

  /** Drops what waits. Returns its duration. */
  clear(): number {
    const droppedMs = this.#queuedMs;
    this.#chunks.length = 0;
    this.#head = this.#next = 0;
    this.#queuedMs = 0;
    return droppedMs;
  }

  #dropHead(): void {
    this.#next = 0;
    this.#head++;
    if (this.#head === this.#chunks.length) this.clear();
    else if (this.#head >= 64 && this.#head * 2 >= this.#chunks.length) {
      this.#chunks.splice(0, this.#head);
      this.#head = 0;
    }
  }
}
