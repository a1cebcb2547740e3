import type { Clock, Random, Timer } from "@sidetone/infra-common";
import type { StreamFlow } from "../stream-flow.ts";
import { answerTimeoutMs, type Pulse, type PulsePlan } from "./pulse.ts";

const defaultIntervalMs = 19_000;

const onPingTimer = (pulse: PingPulse): void => pulse.checkNow();
const onPongTimer = (pulse: PingPulse): void => pulse.onSilence();

/**
 * Pings on a stream: CRLF CRLF, which is answered by CRLF (RFC 5626 §4.4.1), or a WebSocket's own. A connection without an answer is closed,
 * if the peer has agreed to answer or has ever done so.
 */
export class PingPulse implements Pulse {
  isAnswered = false;
  readonly #flow: StreamFlow;
  readonly #clock: Clock;
  readonly #random: Random;
  #intervalMs = defaultIntervalMs;
  #isAgreed = false;
  #pingTimer: Timer | undefined = undefined;
  #pongTimer: Timer | undefined = undefined;

  constructor(flow: StreamFlow, clock: Clock, random: Random) {
    this.#flow = flow;
    this.#clock = clock;
    this.#random = random;
    flow.onAlive = () => this.#onPong();
  }

  follow({ isAgreed, intervalMs = defaultIntervalMs }: PulsePlan): void {
    const isFirst = !this.#pingTimer && !this.#pongTimer;
    const isSooner = intervalMs < this.#intervalMs;
    this.#intervalMs = intervalMs;
    this.#isAgreed = isAgreed || this.#flow.answersPings;
    if (this.#isAgreed) this.isAnswered = true;
    // Whether the peer answers at all is to be known before it matters.
    if (isFirst && !this.isAnswered) this.checkNow();
    else if (!this.#pongTimer && (isFirst || isSooner)) this.#wait();
  }

  checkNow(): void {
    if (this.#pongTimer) return;
    this.#pingTimer?.cancel();
    this.#pingTimer = undefined;
    this.#pongTimer = this.#clock.setTimer(answerTimeoutMs, onPongTimer, this as PingPulse);
    this.#flow.ping();
  }

  /** No pong came. */
  onSilence(): void {
    this.#pongTimer = undefined;
    if (this.isAnswered) this.#flow.giveUp("SIP_TRANSPORT_KEEP_ALIVE_FAILED", `no pong within ${answerTimeoutMs / 1000} s`);
    else this.#wait();
  }

  stop(): void {
    this.#pingTimer?.cancel();
    this.#pongTimer?.cancel();
    this.#flow.onAlive = undefined;
  }

  #onPong(): void {
    if (!this.#pongTimer) return;
    this.isAnswered = true;
    this.#pongTimer.cancel();
    this.#pongTimer = undefined;
    this.#wait();
  }

  /** "between 80 and 100 percent of" the interval (RFC 5626 §4.4). */
  #wait(): void {
    this.#pingTimer?.cancel();
    const delayMs = this.#intervalMs * (0.8 + this.#random.float() / 5);
    this.#pingTimer = this.#clock.setTimer(delayMs, onPingTimer, this as PingPulse);
  }
}
