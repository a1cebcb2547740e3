/** "discarded if no transactions have occurred to the same server in the last 10 minutes" (RFC 8489 §6.2.1). */
const staleAfterMs = 600_000;
/** Servers remembered at once; the one asked longest ago gives way. */
const maxServers = 64;

interface Estimate {
  smoothedMs: number;
  variationMs: number;
  usedAtMs: number;
}

/** The retransmission time-out per server address, learned as RFC 6298 §2 has it, to the millisecond (RFC 8489 §6.2.1). */
export class RoundTripTimes {
  readonly #initialMs: number;
  readonly #minimumMs: number;
  /** Least recently used first. */
  readonly #byAddress = new Map<string, Estimate>();

  constructor(initialMs: number, minimumMs: number) {
    this.#initialMs = initialMs;
    this.#minimumMs = minimumMs;
  }

  /** What to begin the next transaction with. */
  rtoMs(address: string, nowMs: number): number {
    const estimate = this.#byAddress.get(address);
    if (!estimate) return this.#initialMs;
    this.#byAddress.delete(address);
    if (nowMs - estimate.usedAtMs > staleAfterMs) return this.#initialMs;
    estimate.usedAtMs = nowMs;
    this.#byAddress.set(address, estimate);
    // RTO ← SRTT + 4 · RTTVAR (RFC 6298 §2.3), the clock being finer than that.
    return Math.max(this.#minimumMs, Math.round(estimate.smoothedMs + 4 * estimate.variationMs));
  }

  /** A measurement; by Karn's algorithm only from transactions that sent their request once. */
  learn(address: string, roundTripMs: number, nowMs: number): void {
    const old = this.#byAddress.get(address);
    this.#byAddress.delete(address);
    const estimate: Estimate = old ?? { smoothedMs: roundTripMs, variationMs: roundTripMs / 2, usedAtMs: nowMs };
    if (old) {
      // α = 1/8, β = 1/4 (RFC 6298 §2.3); the variation is brought up to date first.
      old.variationMs += (Math.abs(old.smoothedMs - roundTripMs) - old.variationMs) / 4;
      old.smoothedMs += (roundTripMs - old.smoothedMs) / 8;
      old.usedAtMs = nowMs;
    } else if (this.#byAddress.size >= maxServers) this.#byAddress.delete(this.#byAddress.keys().next().value as string);
    this.#byAddress.set(address, estimate);
  }
}
