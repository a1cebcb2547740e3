import type { Clock, Random } from "@sidetone/infra-common";

const free = 0;
const used = 1;
const drained = 2;

interface Draining {
  readonly pair: number;
  readonly untilMs: number;
}

/**
 * The pairs of an even RTP port and the odd RTCP port above it (RFC 3550 §11) on one local address.
 *
 * Which one comes next is random, so that nobody can guess it; one that was given back rests until late packets have passed.
 */
export class PortRange {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #firstPort: number;
  readonly #drainMs: number;
  readonly #states: Uint8Array;
  /** In the order of `untilMs`, since all rest equally long. */
  #draining: Draining[] = [];

  constructor(clock: Clock, random: Random, firstPort: number, lastPort: number, drainMs: number) {
    this.#clock = clock;
    this.#random = random;
    this.#firstPort = firstPort + (firstPort % 2);
    this.#drainMs = drainMs;
    this.#states = new Uint8Array(Math.max(0, Math.floor((lastPort - this.#firstPort + 1) / 2)));
  }

  /** Takes a pair and returns its even port, or undefined when none is free. */
  take(): number | undefined {
    this.#wakeDrained();
    const count = this.#states.length;
    const start = Math.floor(this.#random.float() * count);
    for (let i = 0; i < count; i++) {
      const pair = (start + i) % count;
      if (this.#states[pair] !== free) continue;
      this.#states[pair] = used;
      return this.#firstPort + 2 * pair;
    }
    return undefined;
  }

  /** Gives a pair back; it rests first. Also for a pair that somebody else turned out to hold. */
  drain(port: number): void {
    const pair = (port - this.#firstPort) / 2;
    if (this.#states[pair] !== used) return;
    this.#states[pair] = drained;
    this.#draining.push({ pair, untilMs: this.#clock.now() + this.#drainMs });
  }

  /** Gives a pair back that was never bound. */
  release(port: number): void {
    this.#states[(port - this.#firstPort) / 2] = free;
  }

  #wakeDrained(): void {
    const nowMs = this.#clock.now();
    const awake = this.#draining.findIndex(({ untilMs }) => untilMs > nowMs);
    const rested = this.#draining.splice(0, awake < 0 ? this.#draining.length : awake);
    for (const { pair } of rested) this.#states[pair] = free;
  }
}
