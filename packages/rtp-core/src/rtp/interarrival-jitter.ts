/** A step of the transit time beyond this is a jump of the sender's timestamps, not jitter. */
const timestampJumpMs = 5000;

/** Interarrival jitter of one source (RFC 3550 §6.4.1, A.8), in whole timestamp units as the appendix computes it. */
export class InterarrivalJitter {
  readonly clockRate: number;
  /** Mean deviation of the transit time in timestamp units; reports carry its integer part. */
  jitter = 0;
  #transit = 0;
  #started = false;

  /** @param clockRate RTP timestamp units a second. */
  constructor(clockRate: number) {
    this.clockRate = clockRate;
  }

  update(timestamp: number, arrivalMs: number): void {
    // Only differences count, so the 32 bits may wrap and the origin of the clock does not matter.
    const arrival = Math.floor((arrivalMs * this.clockRate) / 1000);
    const transit = ((arrival % 0x100000000) - timestamp) | 0;
    const difference = Math.abs((transit - this.#transit) | 0);
    this.#transit = transit;
    if (!this.#started) {
      this.#started = true;
      return;
    }
    // A.8 has no such guard: a gateway that changes its timestamps while it goes on counting would report seconds of jitter for minutes.
    if (difference > (timestampJumpMs * this.clockRate) / 1000) return;
    this.jitter += (difference - this.jitter) / 16;
  }

  get jitterMs(): number {
    return (this.jitter * 1000) / this.clockRate;
  }

  /** Forgets the transit time, and keeps the estimate: the source began anew. */
  restart(): void {
    this.#started = false;
  }

  reset(): void {
    this.#started = false;
    this.jitter = 0;
  }
}
