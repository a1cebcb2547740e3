/** Transit times looked back on: 5 s of 20 ms packets. */
const windowSize = 256;
/** The target is computed anew each so many packets. */
const updatePackets = 16;
/** Packets before the measured figure alone decides. */
const settledPackets = 50;
/** How fast the target may fall; it rises at once. */
const fallMsPerSecond = 20;

/**
 * Learns from arrivals how long packets have to wait so that nearly all come in time.
 *
 * The transit time of a packet is its arrival less its timestamp, both in ms: only differences mean anything. The fastest packets of
 * the last 5 s are the base; the target delay covers all others but one in a hundred.
 */
export class DelayEstimator {
  readonly #minMs: number;
  readonly #maxMs: number;
  readonly #initialMs: number;
  /** Ring of transit times less {@link #originMs}. */
  readonly #window: Float32Array = new Float32Array(windowSize);
  #count = 0;
  #position = 0;
  #sinceUpdate = 0;
  #originMs = 0;
  #baseMs = 0;
  #targetMs: number;
  #targetAtMs = 0;

  constructor(minMs: number, initialMs: number, maxMs: number) {
    this.#minMs = minMs;
    this.#initialMs = initialMs;
    this.#maxMs = maxMs;
    this.#targetMs = initialMs;
  }

  /** Transit time of the fastest packets. */
  get baseMs(): number {
    return this.#originMs + this.#baseMs;
  }

  /** How long the fastest packet should wait before it is played. */
  get targetMs(): number {
    return this.#targetMs;
  }

  add(transitMs: number, arrivalMs: number): void {
    if (this.#count === 0) {
      this.#originMs = transitMs;
      this.#targetAtMs = arrivalMs;
    }
    const transit = transitMs - this.#originMs;
    this.#window[this.#position] = transit;
    this.#position = (this.#position + 1) % windowSize;
    if (this.#count < windowSize) this.#count++;
    if (transit < this.#baseMs) this.#baseMs = transit;
    if (++this.#sinceUpdate >= updatePackets || this.#count < updatePackets) this.#update(arrivalMs);
  }

  /** Forgets the transit times: the timestamps began anew. The target is kept, since the path is the same. */
  rebase(): void {
    this.#count = 0;
    this.#position = 0;
    this.#sinceUpdate = 0;
    this.#baseMs = 0;
  }

  /** Forgets everything: another stream begins. */
  reset(): void {
    this.rebase();
    this.#targetMs = this.#initialMs;
  }

  #update(arrivalMs: number): void {
    this.#sinceUpdate = 0;
    // The least, and the three greatest: with up to 256 values, the third greatest is the 99th percentile.
    let least = Infinity;
    let first = -Infinity;
    let second = -Infinity;
    let third = -Infinity;
    for (let i = 0; i < this.#count; i++) {
      const value = this.#window[i]!;
      if (value < least) least = value;
      if (value <= third) continue;
      if (value > first) {
        third = second;
        second = first;
        first = value;
      } else if (value > second) {
        third = second;
        second = value;
      } else third = value;
    }
    this.#baseMs = least;
    const settled = this.#count >= settledPackets;
    const greatest = this.#count >= 200 ? third : settled ? second : first;
    this.#moveTarget(settled ? greatest - least : Math.max(this.#initialMs, greatest - least), arrivalMs);
  }

  #moveTarget(wantedMs: number, arrivalMs: number): void {
    const clamped = Math.min(Math.max(wantedMs, this.#minMs), this.#maxMs);
    const fallMs = (Math.max(0, arrivalMs - this.#targetAtMs) * fallMsPerSecond) / 1000;
    this.#targetMs = Math.max(clamped, this.#targetMs - fallMs);
    this.#targetAtMs = arrivalMs;
  }
}
