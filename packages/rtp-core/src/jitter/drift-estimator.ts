const blockMs = 5000;
/** A step between blocks beyond this is the network, not a crystal: 2000 ppm over 5 s. */
const maxStepMs = 10;

/** Estimates how much faster or slower the sender's clock runs than ours, from the fastest packets of each 5 s. */
export class DriftEstimator {
  #blockStartMs = 0;
  #blockLeastMs = Infinity;
  #previousLeastMs = 0;
  #blocks = 0;
  #ppm = 0;

  /** Parts per million, positive when the sender's clock is fast; undefined before about 15 s. */
  get ppm(): number | undefined {
    return this.#blocks >= 3 ? this.#ppm : undefined;
  }

  add(transitMs: number, arrivalMs: number): void {
    if (this.#blockLeastMs === Infinity && this.#blocks === 0) this.#blockStartMs = arrivalMs;
    if (arrivalMs - this.#blockStartMs >= blockMs) this.#endBlock(arrivalMs);
    if (transitMs < this.#blockLeastMs) this.#blockLeastMs = transitMs;
  }

  reset(): void {
    this.#blocks = 0;
    this.#ppm = 0;
    this.#blockLeastMs = Infinity;
  }

  #endBlock(arrivalMs: number): void {
    const stepMs = this.#blockLeastMs - this.#previousLeastMs;
    const elapsedMs = arrivalMs - this.#blockStartMs;
    this.#previousLeastMs = this.#blockLeastMs;
    this.#blockLeastMs = Infinity;
    this.#blockStartMs = arrivalMs;
    // The first block has nothing to compare with; after a silence or a change of path the step says nothing.
    if (this.#blocks > 0 && (Math.abs(stepMs) > maxStepMs || elapsedMs > 2 * blockMs)) return;
    if (this.#blocks > 0) {
      const ppm = (-stepMs / elapsedMs) * 1e6;
      this.#ppm += (ppm - this.#ppm) / Math.min(this.#blocks, 8);
    }
    this.#blocks++;
  }
}
