import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock, Random } from "@sidetone/infra-common";

const timeDigits = 12;
const saltDigits = 12;
const macDigits = 32;
const headDigits = timeDigits + saltDigits;

/**
 * Nonces that carry the time at which they were made and a keyed hash over it (RFC 7616 §3.3): the server keeps nothing of those it gives
 * out, and nobody else can make one. No two are the same.
 */
export class NonceSource {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #realm: string;
  readonly #key: Uint8Array;

  /** Servers that share `key` and `realm` know each other's nonces. */
  constructor(clock: Clock, random: Random, realm: string, key: Uint8Array = random.bytes(32)) {
    this.#clock = clock;
    this.#random = random;
    this.#realm = realm;
    this.#key = key;
  }

  create(): string {
    const time = Math.floor(this.#clock.wallNow()).toString(16).padStart(timeDigits, "0");
    const head = time + this.#random.token(saltDigits);
    return head + this.#mac(head);
  }

  /** When the nonce was made, in milliseconds since the Unix epoch; undefined when it was made elsewhere. */
  madeAtMs(nonce: string): number | undefined {
    if (nonce.length !== headDigits + macDigits) return undefined;
    const mac = Buffer.from(nonce.slice(headDigits), "utf16le");
    if (!timingSafeEqual(mac, Buffer.from(this.#mac(nonce.slice(0, headDigits)), "utf16le"))) return undefined;
    return Number.parseInt(nonce.slice(0, timeDigits), 16);
  }

  #mac(head: string): string {
    return createHmac("sha256", this.#key).update(`${head}:${this.#realm}`).digest("hex").slice(0, macDigits);
  }
}
