import { addressToBytes, isIpv6, type Clock } from "@sidetone/infra-common";
import { flat } from "@sidetone/sip-core";

/** Addresses that are remembered; the one whose failure is longest ago goes first. */
const maxAddresses = 20_000;

/**
 * How often an address may fail: `burst` times at once, and once every `intervalMs` afterwards (the "generic cell rate algorithm": one
 * number per address). An IPv6 address counts with its /64, which is one customer's.
 */
export class FailureLimit {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #intervalMs: number;
  /** When all failures of an address will have been forgiven. */
  readonly #forgivenAtMs = new Map<string, number>();

  constructor(clock: Clock, burst: number, intervalMs: number) {
    this.#clock = clock;
    this.#burst = burst;
    this.#intervalMs = intervalMs;
  }

  /** How long the address has to wait before it may try again; 0 when it may. */
  waitMs(address: string): number {
    if (this.#forgivenAtMs.size === 0) return 0;
    const forgivenAtMs = this.#forgivenAtMs.get(keyOf(address));
    if (forgivenAtMs === undefined) return 0;
    return Math.max(0, forgivenAtMs - this.#clock.now() - (this.#burst - 1) * this.#intervalMs);
  }

  /** The address has failed. */
  add(address: string): void {
    const key = keyOf(address);
    const nowMs = this.#clock.now();
    const forgivenAtMs = Math.max(nowMs, this.#forgivenAtMs.get(key) ?? 0) + this.#intervalMs;
    this.#forgivenAtMs.delete(key);
    this.#forgivenAtMs.set(flat(key), forgivenAtMs);
    for (const [oldest, untilMs] of this.#forgivenAtMs) {
      if (untilMs > nowMs && this.#forgivenAtMs.size <= maxAddresses) return;
      this.#forgivenAtMs.delete(oldest);
    }
  }
}

function keyOf(address: string): string {
  const bytes = isIpv6(address) ? addressToBytes(address) : undefined;
  return bytes ? Buffer.from(bytes.subarray(0, 8)).toString("hex") : address;
}
