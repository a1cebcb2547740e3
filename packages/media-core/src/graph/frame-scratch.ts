/**
 * Room for one step of one stream, shared by all streams of a thread: what hundreds of streams need every packet time then stays in the
 * processor's cache. Holds whatever the step before has left.
 */
export class FrameScratch {
  /** What was heard, and what is to be sent. */
  readonly remote: ScratchArray<Int16Array> = new ScratchArray(Int16Array);
  readonly local: ScratchArray<Int16Array> = new ScratchArray(Int16Array);
  /** What a packet decodes to. */
  readonly decoded: ScratchArray<Int16Array> = new ScratchArray(Int16Array);
  /** A frame made longer. */
  readonly stretched: ScratchArray<Int16Array> = new ScratchArray(Int16Array);
  /** What the encoder writes. */
  readonly encoded: ScratchArray<Uint8Array> = new ScratchArray(Uint8Array);
}

/** One array that is as long as it is asked for. Allocates when the length changes, no more. */
export class ScratchArray<T extends Int16Array | Uint8Array> {
  readonly #type: new (length: number) => T;
  #storage: T;
  #array: T;

  constructor(type: new (length: number) => T) {
    this.#type = type;
    this.#storage = this.#array = new type(0);
  }

  ofLength(length: number): T {
    if (this.#array.length === length) return this.#array;
    if (this.#storage.length < length) this.#storage = new this.#type(length);
    return (this.#array = this.#storage.subarray(0, length) as T);
  }
}
