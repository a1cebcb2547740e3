/** Learns the length of a stream's frames from the timestamps of packets in sequence. */
export class FrameDuration {
  /** In RTP units. */
  units: number;
  readonly #unitsPerMs: number;
  #candidate = 0;
  #lastSequence = -1;
  #lastTimestamp = 0;

  constructor(frameMs: number, unitsPerMs: number) {
    this.units = Math.round(frameMs * unitsPerMs);
    this.#unitsPerMs = unitsPerMs;
  }

  get ms(): number {
    return this.units / this.#unitsPerMs;
  }

  /** @param isFresh nothing was played yet: the first difference counts, so that the first frames are right too. */
  learn(sequence: number, timestamp: number, isFresh: boolean): void {
    const units = timestamp - this.#lastTimestamp;
    if (this.#lastSequence >= 0 && sequence === this.#lastSequence + 1 && units > 0 && units <= 200 * this.#unitsPerMs) {
      // A pause of the sender is longer than a frame too, but not twice the same in a row.
      if (units === this.#candidate || (isFresh && units <= 60 * this.#unitsPerMs)) this.units = units;
      this.#candidate = units;
    }
    if (sequence <= this.#lastSequence) return;
    this.#lastSequence = sequence;
    this.#lastTimestamp = timestamp;
  }

  /** Sequence numbers begin anew; the length is kept until the stream shows another. */
  restart(): void {
    this.#lastSequence = -1;
  }
}
