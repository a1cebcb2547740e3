const nothing = Buffer.alloc(0);

/**
 * Bytes that wait to be taken from the front. What was taken is never written over, so it may be kept.
 * Appending costs time in proportion to the bytes appended, in pieces of whatever size.
 */
export class AppendBuffer {
  #storage: Buffer = nothing;
  #start = 0;
  #end = 0;
  /** Whether the room behind the end is ours to write to. */
  #isOwn = false;

  /** What waits. */
  get bytes(): Buffer {
    return this.#storage.subarray(this.#start, this.#end);
  }

  append(data: Buffer): void {
    if (this.#start === this.#end) {
      this.#storage = data;
      this.#start = 0;
      this.#end = data.length;
      this.#isOwn = false;
      return;
    }
    const waiting = this.#end - this.#start;
    if (!this.#isOwn || this.#end + data.length > this.#storage.length) {
      const storage = Buffer.allocUnsafeSlow(2 * (waiting + data.length));
      storage.set(this.bytes);
      this.#storage = storage;
      this.#start = 0;
      this.#end = waiting;
      this.#isOwn = true;
    }
    this.#storage.set(data, this.#end);
    this.#end += data.length;
  }

  /** The first `length` bytes, which no longer wait. */
  take(length: number): Buffer {
    const taken = this.#storage.subarray(this.#start, this.#start + length);
    this.#start += length;
    return taken;
  }

  clear(): void {
    this.#storage = nothing;
    this.#start = this.#end = 0;
    this.#isOwn = false;
  }
}
