import type { Clock, Sleep, Timer } from "@sidetone/infra-common";
import type { VirtualClock } from "./virtual-clock.ts";

/** How long after waking the sleep is noticed: on average as long as the system's clock takes, which looks every 2 s. */
const noticedAfterMs = 1000;

/** The clock of one machine, driven by the world's, that stands still while the machine is suspended, as Linux's monotonic clock does. */
export class MachineClock implements Clock {
  readonly #world: VirtualClock;
  readonly #timers = new Set<MachineTimer>();
  readonly #listeners = new Set<(sleep: Sleep) => void>();
  /** Of all sleeps that are over. */
  #sleptMs = 0;
  #asleepSinceMs: number | undefined = undefined;

  constructor(world: VirtualClock) {
    this.#world = world;
  }

  now(): number {
    return (this.#asleepSinceMs ?? this.#world.now()) - this.#sleptMs;
  }

  wallNow(): number {
    return this.#world.wallNow();
  }

  setTimer<Argument = undefined>(delayMs: number, callback: (argument: Argument) => void, argument?: Argument): Timer {
    const timer = new MachineTimer(this.now() + Math.max(0, delayMs), () => {
      this.#timers.delete(timer);
      callback(argument as Argument);
    });
    this.#timers.add(timer);
    if (this.#asleepSinceMs === undefined) timer.arm(this.#world, this.now());
    return {
      cancel: () => {
        timer.disarm();
        this.#timers.delete(timer);
      },
    };
  }

  onSleep(listener: (sleep: Sleep) => void): () => void {
    const own = (sleep: Sleep): void => listener(sleep);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  suspend(): void {
    this.#asleepSinceMs = this.#world.now();
    for (const timer of this.#timers) timer.disarm();
  }

  resume(): void {
    const durationMs = this.#world.now() - (this.#asleepSinceMs ?? this.#world.now());
    this.#asleepSinceMs = undefined;
    this.#sleptMs += durationMs;
    for (const timer of this.#timers) timer.arm(this.#world, this.now());
    this.setTimer(noticedAfterMs, () => {
      for (const listener of [...this.#listeners]) listener({ durationMs, uncountedMs: durationMs });
    });
  }
}

/** A timer of the machine, which runs as one of the world's while the machine is awake. */
class MachineTimer {
  readonly #dueMs: number;
  readonly #fire: () => void;
  #running: Timer | undefined = undefined;

  constructor(dueMs: number, fire: () => void) {
    this.#dueMs = dueMs;
    this.#fire = fire;
  }

  arm(world: VirtualClock, nowMs: number): void {
    this.#running = world.setTimer(this.#dueMs - nowMs, this.#fire);
  }

  disarm(): void {
    this.#running?.cancel();
  }
}
