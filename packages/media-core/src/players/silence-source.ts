import type { AudioSource } from "./audio-source.ts";
import { Countdown } from "./countdown.ts";

export interface SilenceSourceOptions {
  /** How long it lasts. Default: until closed. */
  durationMs?: number;
}

/** Digital silence. */
export class SilenceSource implements AudioSource {
  readonly #countdown: Countdown;

  constructor(options: SilenceSourceOptions = {}) {
    this.#countdown = new Countdown(options.durationMs);
  }

  read(target: Int16Array, sampleRate: number): number {
    const count = this.#countdown.take(target.length, sampleRate);
    target.fill(0, 0, count);
    return count;
  }

  close(): void {
    this.#countdown.end();
  }
}
