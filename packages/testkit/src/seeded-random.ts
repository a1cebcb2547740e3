import type { Random } from "@sidetone/infra-common";

const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

/** The same numbers for the same seed, on every machine (sfc32 by Chris Doty-Humphrey). Not for secrets. */
export class SeededRandom implements Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number | string = 1) {
    const number = typeof seed === "number" ? seed : hash(seed);
    this.#a = 0;
    this.#b = Math.floor(number / 2 ** 32) | 0;
    this.#c = number | 0;
    for (let i = 0; i < 15; i++) this.uint32();
  }

  uint32(): number {
    const result = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + result;
    this.#c |= 0;
    return result >>> 0;
  }

  float(): number {
    // 53 bits: 27 from one draw, 26 from the next.
    return ((this.uint32() >>> 5) * 2 ** 26 + (this.uint32() >>> 6)) / 2 ** 53;
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.uint32() >>> 24;
    return bytes;
  }

  token(length: number): string {
    let token = "";
    for (let i = 0; i < length; i++) token += alphabet[Math.floor(this.float() * alphabet.length)];
    return token;
  }
}

/** FNV-1a over the UTF-16 code units. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
