/** Adds up one sine, frame by frame, with an exact phase: it neither drifts nor decays however long it runs. */
export class Oscillator {
  readonly hz: number;
  readonly #peak: number;

  /** @param peak In 16-bit steps. */
  constructor(hz: number, peak: number) {
    this.hz = hz;
    this.#peak = peak;
  }

  /** Adds the samples from `position` on (in samples since the phase was 0) to `sum`. */
  addTo(sum: Float64Array, from: number, to: number, position: number, sampleRate: number): void {
    const step = (2 * Math.PI * this.hz) / sampleRate;
    const phase = 2 * Math.PI * (((this.hz * position) / sampleRate) % 1);
    const turnCos = Math.cos(step);
    const turnSin = Math.sin(step);
    let cos = Math.cos(phase) * this.#peak;
    let sin = Math.sin(phase) * this.#peak;
    for (let i = from; i < to; i++) {
      sum[i] = sum[i]! + sin;
      const nextCos = cos * turnCos - sin * turnSin;
      sin = sin * turnCos + cos * turnSin;
      cos = nextCos;
    }
  }
}
