import type { MediaSessionUser } from "./media-session.ts";

/** Notices the first packet, and a peer that falls silent without saying so. Pauses while nothing is expected. */
export class MediaIdleWatch {
  readonly #timeoutMs: number;
  readonly #user: MediaSessionUser;
  #watching = false;
  #lastHeardMs = 0;
  #active = false;
  #timedOut = false;

  /** @param timeoutMs 0: never. */
  constructor(timeoutMs: number, user: MediaSessionUser) {
    this.#timeoutMs = timeoutMs;
    this.#user = user;
  }

  /** Whether the peer may send now; the time begins anew when it may again. */
  watch(expected: boolean, nowMs: number): void {
    if (expected && !this.#watching) this.#lastHeardMs = nowMs;
    this.#watching = expected;
  }

  heard(arrivalMs: number): void {
    this.#lastHeardMs = arrivalMs;
    if (this.#active && !this.#timedOut) return;
    this.#active = true;
    this.#timedOut = false;
    this.#user.onMediaActive();
  }

  check(nowMs: number): void {
    const idleMs = nowMs - this.#lastHeardMs;
    if (!this.#watching || this.#timedOut || this.#timeoutMs === 0 || idleMs < this.#timeoutMs) return;
    this.#timedOut = true;
    this.#user.onMediaTimeout(idleMs);
  }
}
