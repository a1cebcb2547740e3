import type { Clock, Timer } from "@sidetone/infra-common";

/** A request that waits for the first sign of life from its server, and knows another one. */
export interface SilentRequest {
  /** Nothing came in time. */
  tryAnother(): void;
}

const onTooLate = (late: { readonly watch: SilenceWatch; readonly request: SilentRequest }): void => late.watch.tooLate(late.request);

/** How long servers may say nothing (RFC 3263 §4.3). It holds the timers of all requests, so that none outlives the core. */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #silenceMs: number;
  readonly #timers = new Map<SilentRequest, Timer>();

  constructor(clock: Clock, silenceMs: number) {
    this.#clock = clock;
    this.#silenceMs = silenceMs;
  }

  watch(request: SilentRequest): void {
    this.#timers.get(request)?.cancel();
    this.#timers.set(request, this.#clock.setTimer(this.#silenceMs, onTooLate, { watch: this, request }));
  }

  unwatch(request: SilentRequest): void {
    if (this.#timers.size === 0) return;
    this.#timers.get(request)?.cancel();
    this.#timers.delete(request);
  }

  /** For the timer to call. */
  tooLate(request: SilentRequest): void {
    this.#timers.delete(request);
    request.tryAnother();
  }

  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }
}
