import { timingSafeEqual } from "node:crypto";
import type { Clock, Random } from "@sidetone/infra-common";
import { TextMac } from "./text-mac.ts";

const timeDigits = 12;
const saltDigits = 12;
const macDigits = 32;
const headDigits = timeDigits + saltDigits;
/** What a nonce is written in: {@link TextMac} takes nothing else. */
const alphabet = /^[0-9a-z]*$/;

/**
 * Nonces that carry the time at which they were made and a keyed hash over it (RFC 7616 §3.3): the server keeps nothing of those it gives
 * out, and nobody else can make one. No two are the same.
 */
export class NonceSource {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #mac: TextMac;
  readonly #received: Buffer = Buffer.alloc(macDigits);
  readonly #expected: Buffer = Buffer.alloc(macDigits);
  /** The last time of a nonce and its digits. */
  #time = { ms: NaN, digits: "" };

  /** Servers that share `key` and `realm` know each other's nonces. */
  constructor(clock: Clock, random: Random, realm: string, key: Uint8Array = random.bytes(32)) {
    this.#clock = clock;
    this.#random = random;
    this.#mac = new TextMac(key, headDigits, `:${realm}`);
  }

  create(): string {
    const head = this.#timeNow() + this.#random.token(saltDigits);
    return head + this.#macOf(head);
  }

  /** When the nonce was made, in milliseconds since the Unix epoch; undefined when it was made elsewhere. */
  madeAtMs(nonce: string): number | undefined {
    if (nonce.length !== headDigits + macDigits || !alphabet.test(nonce)) return undefined;
    this.#received.write(nonce.slice(headDigits), "latin1");
    this.#expected.write(this.#macOf(nonce.slice(0, headDigits)), "latin1");
    if (!timingSafeEqual(this.#received, this.#expected)) return undefined;
    return Number.parseInt(nonce.slice(0, timeDigits), 16);
  }

  #timeNow(): string {
    const ms = Math.floor(this.#clock.wallNow());
    if (ms !== this.#time.ms) this.#time = { ms, digits: ms.toString(16).padStart(timeDigits, "0") };
    return this.#time.digits;
  }

  #macOf(head: string): string {
    return this.#mac.of(head).slice(0, macDigits);
  }
}
