import type { Clock } from "@sidetone/infra-common";
import type { Packet, Station } from "./packet.ts";

/** A packet on its way to a station. */
export interface Transit {
  readonly packet: Packet;
  readonly station: Station;
}

/** Packets that arrive in the order in which they set out: those of one stream, or the datagrams of one link. */
export class Lane {
  readonly #clock: Clock;
  readonly #onArrival: (transit: Transit, lane: Lane) => void;
  readonly #underWay: Transit[] = [];
  #held: Transit[] = [];
  #lastArrivalMs = 0;

  constructor(clock: Clock, onArrival: (transit: Transit, lane: Lane) => void) {
    this.#clock = clock;
    this.#onArrival = onArrival;
  }

  /** Nothing is under way or held. */
  get isEmpty(): boolean {
    return this.#underWay.length + this.#held.length === 0;
  }

  /** Lets `transit` arrive in `delayMs`, or with the one before it if that arrives later. */
  carry(transit: Transit, delayMs: number): void {
    this.#underWay.push(transit);
    this.#expectArrival(delayMs);
  }

  /** Keeps what has arrived, and all that arrives from now on, until {@link release}. */
  hold(transit: Transit): void {
    this.#held.push(transit);
  }

  /** Sends on what was held, ahead of everything under way. */
  release(delayMs: number): void {
    const held = this.#held;
    this.#held = [];
    this.#underWay.unshift(...held);
    for (let i = 0; i < held.length; i++) this.#expectArrival(delayMs);
  }

  #expectArrival(delayMs: number): void {
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, this.#clock.now() + delayMs);
    // The timer takes whatever is first then: rounding may exchange two timers, but never two packets.
    this.#clock.setTimer(this.#lastArrivalMs - this.#clock.now(), arriveNext, this);
  }

  arriveNext(): void {
    this.#onArrival(this.#underWay.shift() as Transit, this);
  }
}

function arriveNext(lane: Lane): void {
  lane.arriveNext();
}
