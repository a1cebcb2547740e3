import type { Sleep } from "./clock.ts";

/** What is shorter may be a busy process, or a clock that is being set right. */
const shortestSleepMs = 10_000;

/** Tells a sleep from two clocks that are read at a steady pace: the wall clock goes on during one, and the monotonic clock may. */
export class SleepDetector {
  readonly #paceMs: number;
  #nowMs: number;
  #wallMs: number;

  /** @param paceMs time between two readings. */
  constructor(paceMs: number, nowMs: number, wallMs: number) {
    this.#paceMs = paceMs;
    this.#nowMs = nowMs;
    this.#wallMs = wallMs;
  }

  /** The sleep since the last reading, if there was one. A wall clock that is set forward looks the same; one that is set back does not. */
  read(nowMs: number, wallMs: number): Sleep | undefined {
    const countedMs = nowMs - this.#nowMs;
    const elapsedMs = Math.max(wallMs - this.#wallMs, countedMs);
    this.#nowMs = nowMs;
    this.#wallMs = wallMs;
    const durationMs = elapsedMs - this.#paceMs;
    return durationMs >= shortestSleepMs ? { durationMs, uncountedMs: elapsedMs - countedMs } : undefined;
  }
}
