import type { Clock } from "@sidetone/infra-common";
import type { Flow, SipTarget } from "@sidetone/sip-transport";

/** How long a server that failed comes after the others; doubled each time in a row. */
const firstPauseMs = 30_000;
const longestPauseMs = 600_000;
/** What a server asks for by Retry-After is honoured so far. */
const longestRetryAfterMs = 3_600_000;
const capacity = 1_000;

/** Who hears that a server has failed. */
export interface FailureWatcher {
  onServerFailed(place: string): void;
}

interface Pause {
  readonly untilMs: number;
  /** Failures in a row. */
  readonly failures: number;
}

/**
 * Which servers failed a short while ago, or asked to be left alone: they are tried after the others, so that not every request waits
 * for a dead one. Nothing is refused over it: a server without a better one beside it is tried all the same.
 */
export class ServerHealth {
  /** Affinities with a registration, which moves when its server fails. */
  readonly watchers: Set<FailureWatcher> = new Set();
  readonly #clock: Clock;
  /** By place, the oldest first. */
  readonly #pauses = new Map<string, Pause>();
  /** Connections that brought an answer once: when one of them breaks, the server need not be dead. */
  readonly #proven = new WeakSet<Flow>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Servers that are remembered to have failed. */
  get size(): number {
    return this.#pauses.size;
  }

  /** It could not be reached, or said nothing. */
  failed(place: string): void {
    const failures = (this.#pauses.get(place)?.failures ?? 0) + 1;
    this.#pause(place, Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs), failures);
    for (const watcher of this.watchers) watcher.onServerFailed(place);
  }

  /** "It SHOULD NOT forward any other requests to that server for the duration specified in the Retry-After" (RFC 3261 §21.5.4). */
  unavailable(place: string, retryAfterSeconds: number): void {
    this.#pause(place, Math.min(retryAfterSeconds * 1_000, longestRetryAfterMs), this.#pauses.get(place)?.failures ?? 0);
  }

  answered(place: string): void {
    this.#pauses.delete(place);
  }

  isPaused(place: string): boolean {
    return this.#clock.now() < (this.#pauses.get(place)?.untilMs ?? 0);
  }

  /** Those without a pause in their order, then the others, the one whose pause ends first before the rest. */
  order(targets: readonly SipTarget[]): readonly SipTarget[] {
    if (this.#pauses.size === 0) return targets;
    const paused = targets.filter((target) => this.isPaused(placeOf(target)));
    if (paused.length === 0) return targets;
    const untilMs = (target: SipTarget): number => this.#pauses.get(placeOf(target))!.untilMs;
    return [...targets.filter((target) => !paused.includes(target)), ...paused.sort((one, other) => untilMs(one) - untilMs(other))];
  }

  /** An answer came over `flow`. */
  prove(flow: Flow): void {
    if (flow.reliable) this.#proven.add(flow);
  }

  isProven(flow: Flow): boolean {
    return this.#proven.has(flow);
  }

  #pause(place: string, durationMs: number, failures: number): void {
    this.#pauses.delete(place);
    if (this.#pauses.size >= capacity) this.#pauses.delete(this.#pauses.keys().next().value as string);
    this.#pauses.set(place, { untilMs: this.#clock.now() + durationMs, failures });
  }
}

/** One server, as it is remembered. */
export function placeOf({ transport, address, port }: Pick<SipTarget, "transport" | "address" | "port">): string {
  return `${transport} ${address} ${port}`;
}

/** Where `flow` leads. */
export function placeOfFlow({ transport, remoteAddress, remotePort }: Flow): string {
  return placeOf({ transport, address: remoteAddress, port: remotePort });
}
