import type { SipTarget } from "@sidetone/sip-transport";
import { placeOf, type FailureWatcher, type ServerHealth } from "./server-health.ts";

export interface ServerAffinityOptions {
  /** Whether something goes on that should keep its server, such as a call: then nothing goes back to a better one. Default: never. */
  readonly isBusy?: (() => boolean) | undefined;
}

/** Internal: a registration, whose binding is at the server of its affinity. */
export interface AffinityKeeper {
  /** The server has failed, or another request was taken by another one: the binding is to follow. */
  onServerLost(): void;
}

/** The server of those behind one name. */
interface Kept {
  readonly server: SipTarget;
  /** All servers of the name. */
  readonly targets: readonly SipTarget[];
  /** The URI that led there, by name. */
  readonly nextHop: string;
  /** Since when, or since the last try to go back. */
  sinceMs: number;
  /** Whether there is a better one, by the priority of its SRV record, which was passed over. */
  readonly isSecondBest: boolean;
}

const maxNames = 8;

/**
 * Keeps requests together at one server of those behind a name: the one that answered last is tried first. Give the same object to
 * everything that belongs together, such as an account's registration, calls and messages; dialogs stay with their server by themselves.
 *
 * With a registration among them, the calls go where the binding is. When that server fails, or another request has moved to another one,
 * the registration follows within a second.
 *
 * When a better server, by the priority of its SRV record, was passed over because it failed, requests go back to it after a while: the
 * registration by a REGISTER that tries it, and the others behind it; without a registration, the next request.
 */
export class ServerAffinity implements FailureWatcher {
  /** Internal: the registration among them, while it has its binding. */
  keeper: AffinityKeeper | undefined = undefined;
  readonly #isBusy: (() => boolean) | undefined;
  /** By the host of the URI, the one used last at the end. */
  #kept: Map<string, Kept> | undefined = undefined;

  constructor({ isBusy }: ServerAffinityOptions = {}) {
    this.#isBusy = isBusy;
  }

  /** The server that answered last; undefined before the first answer, and where a name leads to one server only. */
  get server(): SipTarget | undefined {
    return [...(this.#kept?.values() ?? [])].at(-1)?.server;
  }

  /** Forgets the server: the next request goes by the order that the name service gives. */
  reset(): void {
    this.#kept = undefined;
  }

  /** Internal: whether something goes on that should keep its server. */
  get isBusy(): boolean {
    return this.#isBusy?.() ?? false;
  }

  /** Internal: the URI behind which the server at `place` is one of several. */
  nameOf(place: string): string | undefined {
    for (const { targets, nextHop } of this.#kept?.values() ?? []) if (targets.some((target) => placeOf(target) === place)) return nextHop;
    return undefined;
  }

  /** Internal: whether there is a better server of the name than the one that answers. */
  isSecondBest(hostName: string): boolean {
    return this.#of(hostName)?.isSecondBest ?? false;
  }

  /** Internal: whether one of the better servers has not failed of late. */
  mayGoBack(hostName: string, health: ServerHealth): boolean {
    const kept = this.#of(hostName);
    const priority = kept?.server.priority ?? 0;
    return kept?.targets.some((target) => (target.priority ?? 0) < priority && !health.isPaused(placeOf(target))) ?? false;
  }

  /** Internal: `targets` with the server first, unless it is time to go back to a better one. */
  order(targets: readonly SipTarget[], health: ServerHealth, nowMs: number, failBackMs: number): readonly SipTarget[] {
    const kept = this.#of(targets[0]!.hostName);
    if (!kept) return targets;
    const isDue = !this.keeper && kept.isSecondBest && nowMs - kept.sinceMs >= failBackMs;
    if (!isDue || this.isBusy) return preferServer(targets, kept.server, health);
    kept.sinceMs = nowMs; // the next try has its time, too
    return targets;
  }

  /** Internal: `server` has answered, one of the `targets` of `nextHop`. */
  took(server: SipTarget, targets: readonly SipTarget[], nextHop: string, nowMs: number): void {
    const key = server.hostName.toLowerCase();
    const kept = this.#kept?.get(key);
    const isSame = kept !== undefined && placeOf(kept.server) === placeOf(server);
    const best = Math.min(...targets.map(({ priority = 0 }) => priority));
    this.#kept ??= new Map();
    this.#kept.delete(key);
    if (this.#kept.size >= maxNames) this.#kept.delete(this.#kept.keys().next().value as string);
    this.#kept.set(key, { server, targets, nextHop, sinceMs: isSame ? kept.sinceMs : nowMs, isSecondBest: (server.priority ?? 0) > best });
    if (kept && !isSame) this.keeper?.onServerLost();
  }

  /** Internal: a server has failed, perhaps the one of this affinity. */
  onServerFailed(place: string): void {
    for (const { server } of this.#kept?.values() ?? []) if (placeOf(server) === place) return this.keeper?.onServerLost();
  }

  #of(hostName: string): Kept | undefined {
    return this.#kept?.get(hostName.toLowerCase());
  }
}

/** `targets` with `server` first, if it is among them and has not failed of late. */
export function preferServer(targets: readonly SipTarget[], server: SipTarget | undefined, health: ServerHealth): readonly SipTarget[] {
  if (!server) return targets;
  const place = placeOf(server);
  const preferred = targets.find((target) => placeOf(target) === place);
  if (!preferred || preferred === targets[0] || health.isPaused(place)) return targets;
  return [preferred, ...targets.filter((target) => target !== preferred)];
}
