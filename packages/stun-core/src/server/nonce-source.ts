import { createHmac, timingSafeEqual } from "node:crypto";
import { normaliseAddress, type Clock, type SocketAddress } from "@sidetone/infra-common";
import { nonceCookie, type SecurityFeatures } from "../credentials/nonce-cookie.ts";

/** Base64 of 18 bytes: no padding. */
const macLength = 24;

/**
 * Nonces that need no memory: the time and an HMAC of it with the source, behind the nonce cookie. "The server MUST NOT choose the same
 * NONCE for two requests unless they have the same source IP address and port" (RFC 8489 §9.2.4).
 */
export class NonceSource {
  readonly #clock: Clock;
  readonly #secret: Uint8Array;
  readonly #lifetimeMs: number;
  readonly #cookie: string;

  constructor(clock: Clock, secret: Uint8Array, lifetimeMs: number, features: SecurityFeatures) {
    this.#clock = clock;
    this.#secret = secret;
    this.#lifetimeMs = lifetimeMs;
    this.#cookie = nonceCookie(features);
  }

  make(source: SocketAddress): string {
    const time = Math.floor(this.#clock.now()).toString(36);
    return `${this.#cookie}${this.#mac(time, source)}${time}`;
  }

  /** Whether we made it for this source, not too long ago. */
  isFresh(nonce: string, source: SocketAddress): boolean {
    const begin = this.#cookie.length;
    const mac = Buffer.from(nonce.slice(begin, begin + macLength));
    const time = nonce.slice(begin + macLength);
    const expected = Buffer.from(this.#mac(time, source));
    if (!nonce.startsWith(this.#cookie) || mac.length !== expected.length || !timingSafeEqual(mac, expected)) return false;
    return this.#clock.now() - Number.parseInt(time, 36) <= this.#lifetimeMs;
  }

  #mac(time: string, { address, port }: SocketAddress): string {
    const hmac = createHmac("sha256", this.#secret).update(`${this.#cookie} ${time} ${normaliseAddress(address)} ${port}`);
    return hmac.digest("base64").slice(0, macLength);
  }
}
