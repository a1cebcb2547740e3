/** What keep-alives go out of. */
export interface KeepAliveSender {
  sendKeepAlive(): void;
}

/**
 * Keeps the NAT bindings of an RTP port open while no RTP is sent: "An application supporting this specification MUST transmit either
 * keepalive packets or media packets at least once every Tr seconds" (RFC 6263 §7). It has no timer of its own.
 */
export class RtpKeepAlive {
  readonly #sender: KeepAliveSender;
  readonly #intervalMs: number;
  #dueMs = Infinity;

  /** @param intervalMs Tr; 0: never. */
  constructor(sender: KeepAliveSender, intervalMs: number) {
    this.#sender = sender;
    this.#intervalMs = intervalMs;
  }

  /** Whether it is wanted from now on; the first packet goes out at once, since there may be no binding yet. */
  want(wanted: boolean, nowMs: number): void {
    if (!wanted || this.#intervalMs === 0) this.#dueMs = Infinity;
    else if (this.#dueMs === Infinity) this.#dueMs = nowMs;
  }

  check(nowMs: number): void {
    if (nowMs < this.#dueMs) return;
    // From when it was due, so that the looks of the stream in between add nothing to the interval.
    this.#dueMs = Math.max(this.#dueMs + this.#intervalMs, nowMs);
    this.#sender.sendKeepAlive();
  }
}
