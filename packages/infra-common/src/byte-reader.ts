import { ByteError } from "./byte-error.ts";

/**
 * Reads numbers in network order (RFC 1700: most significant byte first) from front to back, without allocating.
 * Reading over the end throws {@link ByteError} `BYTES_TRUNCATED`; ask {@link remaining} first where a short packet is common.
 */
export class ByteReader {
  #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Begins again with other bytes, so that one reader serves many packets. */
  reset(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#offset = 0;
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset;
  }

  /** Bytes left. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  uint8(): number {
    return this.#bytes[this.#advance(1)] as number;
  }

  uint16(): number {
    const at = this.#advance(2);
    return ((this.#bytes[at] as number) << 8) | (this.#bytes[at + 1] as number);
  }

  uint24(): number {
    const at = this.#advance(3);
    return ((this.#bytes[at] as number) << 16) | ((this.#bytes[at + 1] as number) << 8) | (this.#bytes[at + 2] as number);
  }

  /** A signed number of 24 bits, such as RTCP's cumulative number of packets lost (RFC 3550 §6.4.1). */
  int24(): number {
    return (this.uint24() << 8) >> 8;
  }

  uint32(): number {
    const at = this.#advance(4);
    const bytes = this.#bytes;
    return (
      (((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)) >>>
      0
    );
  }

  /** The next `length` bytes as a view on the same memory. */
  bytes(length: number): Uint8Array {
    const at = this.#advance(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** The next `length` bytes as text. */
  text(length: number, encoding: "latin1" | "utf8" = "utf8"): string {
    const at = this.#advance(length);
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + at, length).toString(encoding);
  }

  skip(length: number): void {
    this.#advance(length);
  }

  /** Moves past `length` bytes, and returns where they begin. */
  #advance(length: number): number {
    const at = this.#offset;
    // Also refuses what is negative, not whole, or not a number.
    if (length >>> 0 !== length || length > this.#bytes.length - at) {
      throw new ByteError("BYTES_TRUNCATED", `${length} bytes are wanted at offset ${at}, of ${this.#bytes.length} in all`);
    }
    this.#offset = at + length;
    return at;
  }
}
