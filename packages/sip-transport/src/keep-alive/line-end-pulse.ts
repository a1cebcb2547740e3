import type { Clock, Random, Timer } from "@sidetone/infra-common";
import type { UdpFlow } from "../udp-flow.ts";
import type { Pulse, PulsePlan } from "./pulse.ts";

const defaultIntervalMs = 25_000;
const lineEnd = Buffer.from("\r\n", "latin1");

const onTimer = (pulse: LineEndPulse): void => pulse.checkNow();

/** Line ends over UDP, which keep the binding of a NAT (RFC 3261 §7.5 has them ignored), and tell nothing of the peer. */
export class LineEndPulse implements Pulse {
  readonly isAnswered = false;
  readonly #flow: UdpFlow;
  readonly #clock: Clock;
  readonly #random: Random;
  #intervalMs = 0;
  #timer: Timer | undefined = undefined;

  constructor(flow: UdpFlow, clock: Clock, random: Random) {
    this.#flow = flow;
    this.#clock = clock;
    this.#random = random;
  }

  follow({ intervalMs = defaultIntervalMs }: PulsePlan): void {
    if (this.#timer && intervalMs === this.#intervalMs) return;
    this.#intervalMs = intervalMs;
    this.#wait();
  }

  checkNow(): void {
    this.#flow.sendKeepAlive(lineEnd);
    this.#wait();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #wait(): void {
    this.#timer?.cancel();
    const delayMs = this.#intervalMs * (0.8 + this.#random.float() / 5);
    this.#timer = this.#clock.setTimer(delayMs, onTimer, this as LineEndPulse);
  }
}
