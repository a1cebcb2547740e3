import type { Clock, Timer } from "@sidetone/infra-common";
import { StreamRing, type ScheduledStream } from "./stream-ring.ts";

/** Beyond this lateness frames are left out instead of being sent in a burst that every jitter buffer would drop. */
const mostCatchUpMs = 200;
/** Frames are looked after about every millisecond: more often costs CPU, less often adds jitter. */
const wakeMs = 1;
/** Successive streams get phases far apart: the fractional part of the golden ratio. */
const phaseStep = 0.618_033_988_749_895;

/**
 * The one scheduler for all media of a thread: absolute deadlines, so that nothing drifts, and phases spread over the packet time, so that
 * a thousand streams do not send at once.
 */
export class MediaScheduler {
  readonly #clock: Clock;
  /** One for each packet time in use: seldom more than one. None is empty. */
  readonly #rings: StreamRing[] = [];
  #timer: Timer | undefined;
  #phase = 0;
  #running = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#rings.reduce((sum, { size }) => sum + size, 0);
  }

  /** Calls `onDeadline` every `frameMs` from now on. */
  add(stream: ScheduledStream): void {
    this.#phase = (this.#phase + phaseStep) % 1;
    stream.deadlineMs = this.#clock.now() + this.#phase * stream.frameMs;
    this.#ringFor(stream.frameMs).add(stream);
    if (!this.#running) this.#arm();
  }

  /** Does nothing for a stream that is not scheduled. */
  remove(stream: ScheduledStream): void {
    const index = this.#rings.findIndex((ring) => ring.remove(stream));
    if (index >= 0 && this.#rings[index]!.size === 0) this.#rings.splice(index, 1);
    if (this.#rings.length === 0) this.close();
  }

  /** Drops the timer; streams that are still there wait until another is added. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer?.cancel();
    const next = this.#nextRing()?.first;
    this.#timer = next && this.#clock.setTimer(Math.max(wakeMs, next.deadlineMs - this.#clock.now()), runDue, this);
  }

  /** @internal */
  run(): void {
    this.#running = true;
    const nowMs = this.#clock.now();
    for (let ring = this.#nextRing(); ring !== undefined && ring.first!.deadlineMs <= nowMs; ring = this.#nextRing()) {
      if (nowMs - ring.first!.deadlineMs > mostCatchUpMs) ring.skipLate(nowMs, mostCatchUpMs);
      this.#step(ring);
    }
    this.#running = false;
    this.#arm();
  }

  /** One frame of the ring's first stream. */
  #step(ring: StreamRing): void {
    const stream = ring.first!;
    const { deadlineMs, frameMs } = stream;
    stream.deadlineMs = deadlineMs + frameMs;
    if (frameMs === ring.frameMs) ring.advance();
    else {
      this.remove(stream);
      this.#ringFor(frameMs).add(stream);
    }
    stream.onDeadline(deadlineMs);
  }

  #ringFor(frameMs: number): StreamRing {
    let ring = this.#rings.find((each) => each.frameMs === frameMs);
    if (!ring) this.#rings.push((ring = new StreamRing(frameMs)));
    return ring;
  }

  /** The ring whose first stream is due before those of all others. */
  #nextRing(): StreamRing | undefined {
    let next = this.#rings[0];
    for (let i = 1; i < this.#rings.length; i++) {
      const ring = this.#rings[i]!;
      if (ring.first!.deadlineMs < next!.first!.deadlineMs) next = ring;
    }
    return next;
  }
}

function runDue(scheduler: MediaScheduler | undefined): void {
  scheduler?.run();
}
