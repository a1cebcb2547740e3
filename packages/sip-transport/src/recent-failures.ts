import type { Clock } from "@sidetone/infra-common";

const memoryMs = 60_000;
const capacity = 1024;

/** What failed within the last minute, so that it is not tried again each time. */
export class RecentFailures {
  readonly #clock: Clock;
  /** When it may be tried again, the earliest first. */
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(name: string): void {
    this.#until.delete(name);
    if (this.#until.size >= capacity) this.#until.delete(this.#until.keys().next().value as string);
    this.#until.set(name, this.#clock.now() + memoryMs);
  }

  has(name: string): boolean {
    const until = this.#until.get(name);
    if (until === undefined || this.#clock.now() < until) return until !== undefined;
    this.#until.delete(name);
    return false;
  }
}
