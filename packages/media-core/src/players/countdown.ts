import { MediaError } from "../media-error.ts";

/** Gives out the samples of a limited time, exactly, whatever the sample rate and frame lengths. */
export class Countdown {
  #leftMs: number;

  /** @param durationMs Undefined is without end. Throws `MEDIA_OPTION_INVALID` for a duration that is not above 0. */
  constructor(durationMs: number | undefined) {
    if (durationMs !== undefined && !(durationMs > 0)) {
      throw new MediaError("MEDIA_OPTION_INVALID", `durationMs is above 0 (or absent: without end), not ${durationMs}`);
    }
    this.#leftMs = durationMs ?? Infinity;
  }

  /** How many of `wanted` samples there are. */
  take(wanted: number, sampleRate: number): number {
    const count = Math.min(wanted, Math.round((this.#leftMs * sampleRate) / 1000));
    this.#leftMs -= (count * 1000) / sampleRate;
    return count;
  }

  end(): void {
    this.#leftMs = 0;
  }
}
