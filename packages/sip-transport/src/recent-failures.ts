import type { Clock } from "@sidetone/infra-common";

const capacity = 1024;

/** What failed a short while ago, so that it is not tried again each time. */
export class RecentFailures {
  readonly #clock: Clock;
  readonly #memoryMs: number;
  /** When it may be tried again, the earliest first. */
  readonly #until = new Map<string, number>();

  constructor(clock: Clock, memoryMs = 60_000) {
    this.#clock = clock;
    this.#memoryMs = memoryMs;
  }

  add(name: string): void {
    this.#until.delete(name);
    if (this.#until.size >= capacity) this.#until.delete(this.#until.keys().next().value as string);
    this.#until.set(name, this.#clock.now() + this.#memoryMs);
  }

  has(name: string): boolean {
    const until = this.#until.get(name);
    if (until === undefined || this.#clock.now() < until) return until !== undefined;
    this.#until.delete(name);
    return false;
  }

  delete(name: string): void {
    this.#until.delete(name);
  }
}
