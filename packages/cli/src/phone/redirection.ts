import type { CallEnded } from "@sidetone/client-core";

/** How many places are tried for one call. */
const mostTargets = 10;

/** Where a call is tried, one place after the other, as it is redirected (RFC 3261 §8.1.3.4). */
export class Redirection {
  /** Whom the call is for. */
  readonly target: string;
  readonly #tried = new Set<string>();
  #others: string[] = [];

  constructor(target: string) {
    this.target = target;
    this.#tried.add(target);
  }

  /** Where to try next after this end; undefined when that was the last place, or an answer for all of them. */
  next({ cause, endedBy, statusCode = 0, contacts, setupMs }: CallEnded): string | undefined {
    if (setupMs !== undefined || endedBy === "local" || statusCode >= 600) return undefined;
    if (cause === "Redirected") this.#others = [...contacts.filter((uri) => /^sips?:/i.test(uri)), ...this.#others];
    // "If a URI is already in the target set, it SHOULD NOT be added": nobody is called in circles.
    this.#others = this.#others.filter((uri) => !this.#tried.has(uri));
    const next = this.#tried.size < mostTargets ? this.#others.shift() : undefined;
    if (next !== undefined) this.#tried.add(next);
    return next;
  }
}
