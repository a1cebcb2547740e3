/** Decoded samples on their way from packets of one length to frames of another. Grows once, then never allocates. */
export class SampleFifo {
  #samples: Int16Array = new Int16Array(0);
  #from = 0;
  #to = 0;

  get length(): number {
    return this.#to - this.#from;
  }

  /** Makes room for `count` samples behind those that wait, and returns where in {@link buffer} they go. Follow it with `commit`. */
  reserve(count: number): number {
    if (this.#from === this.#to) this.#from = this.#to = 0;
    if (this.#to + count > this.#samples.length) {
      const waiting = this.length;
      const target = waiting + count > this.#samples.length ? new Int16Array(2 * (waiting + count)) : this.#samples;
      target.set(this.#samples.subarray(this.#from, this.#to));
      this.#samples = target;
      this.#from = 0;
      this.#to = waiting;
    }
    return this.#to;
  }

  get buffer(): Int16Array {
    return this.#samples;
  }

  /** Takes over `count` samples written behind the place that `reserve` gave. */
  commit(count: number): void {
    this.#to += count;
  }

  push(samples: Int16Array): void {
    const at = this.reserve(samples.length);
    this.#samples.set(samples, at);
    this.#to += samples.length;
  }

  pushSilence(count: number): void {
    const at = this.reserve(count);
    this.#samples.fill(0, at, at + count);
    this.#to += count;
  }

  /** Fills `target` with the oldest samples; there must be as many. */
  take(target: Int16Array): void {
    const from = this.#from;
    this.#from = from + target.length;
    target.set(this.#samples.subarray(from, this.#from));
  }

  clear(): void {
    this.#from = this.#to = 0;
  }
}
