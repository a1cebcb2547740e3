import type { SipTarget } from "@sidetone/sip-transport";
import { placeOf, type ServerHealth } from "./server-health.ts";

/**
 * Keeps requests together at one server of those behind a name: the one that answered last is tried first. Give the same object to
 * everything that belongs together, such as an account's registrations and calls; dialogs stay with their server by themselves.
 *
 * When a better server, by the priority of its SRV record, was passed over because it failed, requests go back to it after a while.
 */
export class ServerAffinity {
  #server: SipTarget | undefined = undefined;
  #sinceMs = 0;

  /** The server that answered last; undefined before the first answer, and where a name leads to one server only. */
  get server(): SipTarget | undefined {
    return this.#server;
  }

  /** Forgets the server: the next request goes by the order that the name service gives. */
  reset(): void {
    this.#server = undefined;
  }

  /** Internal: `targets` with the server first, unless it is time to go back to a better one. */
  order(targets: readonly SipTarget[], health: ServerHealth, nowMs: number, failBackMs: number): readonly SipTarget[] {
    const [best] = targets;
    const isWorse = (this.#server?.priority ?? 0) > (best?.priority ?? 0);
    if (isWorse && nowMs - this.#sinceMs >= failBackMs) return targets;
    return preferServer(targets, this.#server, health);
  }

  /** Internal: `server` has answered. */
  took(server: SipTarget, nowMs: number): void {
    if (!this.#server || placeOf(this.#server) !== placeOf(server)) this.#sinceMs = nowMs;
    this.#server = server;
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
