import type { Random } from "@sidetone/infra-common";

const finishingRounds = 3;

/**
 * A hash of text that nobody outside can foresee: HalfSipHash-1-3 (Aumasson and Bernstein, 2012), two UTF-16 code units a word. Peers
 * choose their branches and Call-IDs; of a plain hash they could choose such as meet in one place of a table.
 */
export class KeyedHash {
  readonly #random: Random;
  #k0 = 0;
  #k1 = 0;
  #hasKey = false;

  constructor(random: Random) {
    this.#random = random;
  }

  /** A signed integer of 32 bits. */
  of(text: string): number {
    if (!this.#hasKey) this.#chooseKey();
    const wholeWords = text.length >> 1;
    let v0 = this.#k0;
    let v1 = this.#k1;
    let v2 = 0x6c796765 ^ v0;
    let v3 = 0x74656462 ^ v1;
    for (let i = 0; i <= wholeWords + finishingRounds; i++) {
      const word = i < wholeWords ? text.charCodeAt(2 * i) | (text.charCodeAt(2 * i + 1) << 16) : i === wholeWords ? lastWord(text) : 0;
      if (i === wholeWords + 1) v2 ^= 0xff;
      v3 ^= word;
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= word;
    }
    return v1 ^ v3;
  }

  #chooseKey(): void {
    this.#k0 = this.#random.uint32() | 0;
    this.#k1 = this.#random.uint32() | 0;
    this.#hasKey = true;
  }
}

/** A {@link KeyedHash} that remembers the last one. */
export class RepeatedHash {
  readonly #hash: KeyedHash;
  #text: string | undefined = undefined;
  #value = 0;

  constructor(hash: KeyedHash) {
    this.#hash = hash;
  }

  of(text: string): number {
    if (text !== this.#text) {
      this.#text = text;
      this.#value = this.#hash.of(text);
    }
    return this.#value;
  }
}

/** What is left of the text, and its length. */
function lastWord(text: string): number {
  const { length } = text;
  return (length & 1 ? text.charCodeAt(length - 1) : 0) | (length << 16);
}
