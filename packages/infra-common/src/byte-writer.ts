import { ByteError } from "./byte-error.ts";

/**
 * Writes numbers in network order (most significant byte first) into a buffer that grows as needed.
 * A number that does not fit its field throws {@link ByteError} `BYTES_OUT_OF_RANGE`.
 */
export class ByteWriter {
  #bytes: Buffer;
  #length = 0;

  /** @param capacity Bytes to begin with. */
  constructor(capacity = 128) {
    this.#bytes = Buffer.allocUnsafe(Math.max(1, capacity));
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  uint8(value: number): this {
    checkRange(value, 0xff);
    const at = this.#advance(1);
    this.#bytes[at] = value;
    return this;
  }

  uint16(value: number): this {
    return this.#put(value, 2);
  }

  uint24(value: number): this {
    return this.#put(value, 3);
  }

  uint32(value: number): this {
    return this.#put(value, 4);
  }

  bytes(bytes: Uint8Array): this {
    const at = this.#advance(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  text(text: string, encoding: "latin1" | "utf8" = "utf8"): this {
    const length = Buffer.byteLength(text, encoding);
    const at = this.#advance(length);
    this.#bytes.write(text, at, encoding);
    return this;
  }

  /** `length` bytes of zero. */
  zeros(length: number): this {
    const at = this.#advance(length);
    this.#bytes.fill(0, at, at + length);
    return this;
  }

  /** Puts a 16-bit number where two bytes were written before: a length known only at the end. */
  setUint16(offset: number, value: number): this {
    if (offset < 0 || offset + 2 > this.#length) {
      throw new ByteError("BYTES_OUT_OF_RANGE", `nothing was written at offset ${offset}, after ${this.#length} bytes`);
    }
    checkRange(value, 0xffff);
    this.#bytes.writeUInt16BE(value, offset);
    return this;
  }

  /** A copy of what was written. */
  toBytes(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  /** Begins again at the front, in the same memory. */
  clear(): void {
    this.#length = 0;
  }

  #put(value: number, length: 2 | 3 | 4): this {
    checkRange(value, 2 ** (8 * length) - 1);
    const at = this.#advance(length);
    this.#bytes.writeUIntBE(value, at, length);
    return this;
  }

  /** Makes room for `length` bytes, which may move the memory, and returns where they begin. */
  #advance(length: number): number {
    const at = this.#length;
    this.#length = at + length;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    return at;
  }
}

function checkRange(value: number, largest: number): void {
  if (!Number.isInteger(value) || value < 0 || value > largest) {
    throw new ByteError("BYTES_OUT_OF_RANGE", `${value} is not a whole number from 0 to ${largest}`);
  }
}
