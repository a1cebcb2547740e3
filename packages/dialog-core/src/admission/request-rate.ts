import { networkOf, type Clock } from "@sidetone/infra-common";
import { GenerationMap } from "../digest-server/generation-map.ts";

/** Whose requests are counted. */
const maxEntries = 20_000;

/**
 * How often an address may ask: `burst` times at once, `perSecond` times a second in the long run (the "generic cell rate algorithm": one
 * number per address). An IPv6 address counts with its /64.
 */
export class RequestRate {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #allowanceMs: number;
  /** When an address will have used up nothing. */
  readonly #freshAtMs = new GenerationMap<number>(maxEntries);

  constructor(clock: Clock, perSecond: number, burst: number) {
    this.#clock = clock;
    this.#intervalMs = 1000 / perSecond;
    this.#allowanceMs = (burst - 1) * this.#intervalMs;
  }

  /** Takes one request in; how long to wait with it, in milliseconds, and then it does not count: 0 when it is right. */
  take(address: string): number {
    if (this.#intervalMs === 0) return 0;
    const nowMs = this.#clock.now();
    const network = networkOf(address);
    const freshAtMs = Math.max(this.#freshAtMs.get(network) ?? 0, nowMs);
    const waitMs = freshAtMs - nowMs - this.#allowanceMs;
    if (waitMs > 0) return waitMs;
    this.#freshAtMs.set(network, freshAtMs + this.#intervalMs);
    return 0;
  }
}
