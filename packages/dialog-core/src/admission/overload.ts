import type { Environment } from "@sidetone/infra-common";

/** Looking costs as much as some maps do: it is done for one request of so many. */
const requestsPerLook = 8;
/** Who was overloaded stays it for so long, or every breath would let the next wave in. */
const holdMs = 1000;

/**
 * Whether more comes in than gets done: the event loop has had no idle moment for `delayMs`, and in that time requests kept coming, so that it
 * is they who wait for each other. A program that merely computed something for a while is not overloaded.
 */
export class Overload {
  readonly #environment: Environment;
  readonly #delayMs: number;
  #requests = 0;
  #lookedAtMs = 0;
  #untilMs = 0;

  constructor(environment: Environment, delayMs: number) {
    this.#environment = environment;
    this.#delayMs = delayMs;
  }

  /** Asked for each new request that could be refused. */
  isOverloaded(): boolean {
    const isTurn = ++this.#requests % requestsPerLook === 0;
    if (!isTurn && this.#untilMs === 0) return false;
    const nowMs = this.#environment.clock.now();
    if (isTurn) this.#look(nowMs);
    if (nowMs < this.#untilMs) return true;
    this.#untilMs = 0;
    return false;
  }

  #look(nowMs: number): void {
    const busyMs = this.#environment.busyForMs?.() ?? 0;
    const isSinceLastLook = busyMs >= nowMs - this.#lookedAtMs;
    this.#lookedAtMs = nowMs;
    if (busyMs < this.#delayMs || !isSinceLastLook) return;
    if (this.#untilMs === 0) {
      this.#environment.logger.warn({ busyMs }, "overloaded: new requests of strangers are refused for now");
    }
    this.#untilMs = nowMs + holdMs;
  }
}
