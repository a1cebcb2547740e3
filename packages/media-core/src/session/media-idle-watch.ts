import type { MediaSessionUser } from "./media-session.ts";

/** Notices the first packet, and a peer that falls silent without saying so. Pauses while nothing is expected. */
export class MediaIdleWatch {
  /** Packets come: those that follow need not be told of. */
  isHearing = false;
  readonly #timeoutMs: number;
  readonly #user: MediaSessionUser;
  #watching = false;
  #lastHeardMs = 0;
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

  /** The first packet, or the first after a time-out. */
  heard(arrivalMs: number): void {
    this.isHearing = true;
    this.#timedOut = false;
    this.#lastHeardMs = arrivalMs;
    this.#user.onMediaActive();
  }

  /** @param lastArrivalMs when the last packet came that counted. */
  check(nowMs: number, lastArrivalMs: number): void {
    this.#lastHeardMs = Math.max(this.#lastHeardMs, lastArrivalMs);
    const idleMs = nowMs - this.#lastHeardMs;
    if (!this.#watching || this.#timedOut || this.#timeoutMs === 0 || idleMs < this.#timeoutMs) return;
    this.#timedOut = true;
    this.isHearing = false;
    this.#user.onMediaTimeout(idleMs);
  }
}
