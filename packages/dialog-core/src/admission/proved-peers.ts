import { networkOf, type Clock } from "@sidetone/infra-common";
import { GenerationMap } from "../digest-server/generation-map.ts";

const maxEntries = 20_000;
const lifetimeMs = 600_000;

/** Addresses from which somebody has proved who he is: for a while they are no strangers'. Bounded. */
export class ProvedPeers {
  readonly #clock: Clock;
  readonly #untilMs = new GenerationMap<number>(maxEntries);
  #isEmpty = true;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(address: string): void {
    this.#isEmpty = false;
    this.#untilMs.set(networkOf(address), this.#clock.now() + lifetimeMs);
  }

  has(address: string): boolean {
    return !this.#isEmpty && (this.#untilMs.get(networkOf(address)) ?? 0) > this.#clock.now();
  }
}
