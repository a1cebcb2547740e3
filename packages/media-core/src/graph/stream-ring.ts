/** Something that happens every packet time: a stream's frame. */
export interface ScheduledStream {
  /** When the next frame is due, on the scheduler's clock. Kept by the scheduler. */
  deadlineMs: number;
  /** Time between frames, in milliseconds: a multiple of 10. May change from frame to frame. */
  readonly frameMs: number;
  /** One frame. Must not throw. */
  onDeadline(deadlineMs: number): void;
  /** The process stood still: so many frames are left out, and time goes on. */
  onSkipped(frames: number): void;
}

/**
 * The streams of one packet time, by deadline. Each comes round again after the same time, so their order seldom changes: whose turn it was
 * goes behind all others by moving an index, whatever their number.
 */
export class StreamRing {
  readonly frameMs: number;
  readonly #streams: ScheduledStream[] = [];
  /** Where the stream is that is due first; those before it follow on the last. */
  #first = 0;

  constructor(frameMs: number) {
    this.frameMs = frameMs;
  }

  get size(): number {
    return this.#streams.length;
  }

  /** The stream that is due first. */
  get first(): ScheduledStream | undefined {
    return this.#streams[this.#first];
  }

  /** Takes a stream in at the place of its deadline, behind those of the same. */
  add(stream: ScheduledStream): void {
    const { length } = this.#streams;
    const index = this.#first + this.#countUntil(stream.deadlineMs);
    if (index > length) this.#first++;
    this.#streams.splice(index > length ? index - length : index, 0, stream);
  }

  /** False when it is not here. */
  remove(stream: ScheduledStream): boolean {
    const index = this.#streams.indexOf(stream);
    if (index < 0) return false;
    this.#streams.splice(index, 1);
    if (index < this.#first) this.#first--;
    if (this.#first === this.#streams.length) this.#first = 0;
    return true;
  }

  /** The first stream's deadline has been moved on by the packet time: it goes behind all others, unless one of them is a time ahead. */
  advance(): void {
    const { length } = this.#streams;
    const stream = this.#streams[this.#first]!;
    const last = this.#streams[this.#first === 0 ? length - 1 : this.#first - 1]!;
    if (last.deadlineMs <= stream.deadlineMs) {
      this.#first = this.#first + 1 === length ? 0 : this.#first + 1;
      return;
    }
    this.remove(stream);
    this.add(stream);
  }

  /** Leaves out the frames of streams that are more than `mostLateMs` behind: their next one is that which is due now. */
  skipLate(nowMs: number, mostLateMs: number): void {
    for (const stream of this.#streams) {
      if (nowMs - stream.deadlineMs <= mostLateMs) continue;
      const frames = Math.floor((nowMs - stream.deadlineMs) / this.frameMs);
      stream.deadlineMs += frames * this.frameMs;
      stream.onSkipped(frames);
    }
    this.#streams.sort((one, other) => one.deadlineMs - other.deadlineMs);
    this.#first = 0;
  }

  /** How many streams are due at `deadlineMs` or before. */
  #countUntil(deadlineMs: number): number {
    const { length } = this.#streams;
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#streams[(this.#first + middle) % length]!.deadlineMs <= deadlineMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
