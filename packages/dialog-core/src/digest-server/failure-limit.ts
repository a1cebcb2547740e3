import { networkOf, type Clock } from "@sidetone/infra-common";
import { flat } from "@sidetone/sip-core";
import { GenerationMap } from "./generation-map.ts";

/** Whose failures are remembered. */
const maxEntries = 20_000;
const maxNameLength = 64;

/**
 * How often an address, or a name from an address, may fail: `burst` times at once, and once every `intervalMs` afterwards (the "generic
 * cell rate algorithm": one number per entry). An IPv6 address counts with its /64, which is one customer's.
 */
export class FailureLimit {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #intervalMs: number;
  /** When all failures of an entry will have been forgiven. */
  readonly #forgivenAtMs = new GenerationMap<number>(maxEntries);

  constructor(clock: Clock, burst: number, intervalMs: number) {
    this.#clock = clock;
    this.#burst = burst;
    this.#intervalMs = intervalMs;
  }

  /** Whether the address has failed of late; if not, no name from it has. */
  has(address: string): boolean {
    return this.#forgivenAtMs.get(keyOf(address, "")) !== undefined;
  }

  /** How long to wait before the next try; 0 when it may be now. */
  waitMs(address: string, name: string = ""): number {
    const forgivenAtMs = this.#forgivenAtMs.get(keyOf(address, name));
    if (forgivenAtMs === undefined) return 0;
    return Math.max(0, forgivenAtMs - this.#clock.now() - (this.#burst - 1) * this.#intervalMs);
  }

  /** It has failed once more. */
  add(address: string, name: string = ""): void {
    const key = keyOf(address, name);
    const nowMs = this.#clock.now();
    this.#forgivenAtMs.set(flat(key), Math.max(nowMs, this.#forgivenAtMs.get(key) ?? 0) + this.#intervalMs);
  }
}

function keyOf(address: string, name: string): string {
  const network = networkOf(address);
  return name === "" ? network : `${network} ${name.slice(0, maxNameLength)}`;
}
