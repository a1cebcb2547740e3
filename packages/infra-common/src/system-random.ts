import { randomFillSync } from "node:crypto";
import type { Random } from "./random.ts";

const poolBytes = 4096;
const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
/** The largest multiple of 36 that fits a byte: bytes from here on are drawn again, so that each character is equally likely. */
const unbiasedBelow = 252;
/** The character code of every byte below {@link unbiasedBelow}. */
const characterOf = Uint8Array.from({ length: unbiasedBelow }, (_, byte) => alphabet.charCodeAt(byte % alphabet.length));

/**
 * The operating system's generator, drawn from in blocks: a call to it costs about a microsecond, whatever the size.
 * Bytes handed out are wiped from the block.
 */
export class SystemRandom implements Random {
  readonly #pool: Buffer = Buffer.alloc(poolBytes);
  #used: number = poolBytes;
  #text: Buffer = Buffer.alloc(64);

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    if (length > poolBytes / 4) return randomFillSync(bytes);
    const start = this.#take(length);
    bytes.set(this.#pool.subarray(start, start + length));
    this.#pool.fill(0, start, start + length);
    return bytes;
  }

  uint32(): number {
    const start = this.#take(4);
    const value = this.#pool.readUInt32LE(start);
    this.#pool.writeUInt32LE(0, start);
    return value;
  }

  float(): number {
    // 53 bits: 27 from one draw, 26 from the next.
    return ((this.uint32() >>> 5) * 2 ** 26 + (this.uint32() >>> 6)) / 2 ** 53;
  }

  token(length: number): string {
    if (length > this.#text.length) this.#text = Buffer.alloc(length);
    const text = this.#text;
    for (let written = 0; written < length;) {
      const start = this.#take(1);
      const byte = this.#pool[start] as number;
      this.#pool[start] = 0;
      if (byte < unbiasedBelow) text[written++] = characterOf[byte] as number;
    }
    return text.toString("latin1", 0, length);
  }

  /** Index of `count` fresh bytes in the pool. */
  #take(count: number): number {
    if (this.#used + count > poolBytes) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += count;
    return start;
  }
}

export const systemRandom: Random = new SystemRandom();
