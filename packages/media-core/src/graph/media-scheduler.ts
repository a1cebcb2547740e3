import type { Clock, Timer } from "@sidetone/infra-common";

/** Something that happens every packet time: a stream's frame. */
export interface ScheduledStream {
  /** When the next frame is due, on the scheduler's clock. Kept by the scheduler. */
  deadlineMs: number;
  /** Time between frames, in milliseconds: a multiple of 10. May change from frame to frame. */
  readonly frameMs: number;
  /** One frame. Must not throw. */
  onDeadline(deadlineMs: number): void;
  /** The process stood still: so many frames are left out, and time goes on. */
  onSkipped(frames: number): void;
}

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
  /** Binary heap by deadline. */
  readonly #heap: ScheduledStream[] = [];
  #timer: Timer | undefined;
  #phase = 0;
  #running = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** Calls `onDeadline` every `frameMs` from now on. */
  add(stream: ScheduledStream): void {
    this.#phase = (this.#phase + phaseStep) % 1;
    stream.deadlineMs = this.#clock.now() + this.#phase * stream.frameMs;
    this.#heap.push(stream);
    this.#siftUp(this.#heap.length - 1);
    if (!this.#running) this.#arm();
  }

  /** Does nothing for a stream that is not scheduled. */
  remove(stream: ScheduledStream): void {
    const index = this.#heap.indexOf(stream);
    if (index < 0) return;
    const last = this.#heap.pop()!;
    if (last !== stream) {
      this.#heap[index] = last;
      this.#siftDown(index);
      this.#siftUp(index);
    }
    if (this.#heap.length === 0) this.close();
  }

  /** Drops the timer; streams that are still there wait until another is added. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer?.cancel();
    const next = this.#heap[0];
    this.#timer = next && this.#clock.setTimer(Math.max(wakeMs, next.deadlineMs - this.#clock.now()), runDue, this);
  }

  /** @internal */
  run(): void {
    this.#running = true;
    const nowMs = this.#clock.now();
    for (let stream = this.#heap[0]; stream !== undefined && stream.deadlineMs <= nowMs; stream = this.#heap[0]) {
      const lateMs = nowMs - stream.deadlineMs;
      if (lateMs > mostCatchUpMs) {
        const frames = Math.floor(lateMs / stream.frameMs);
        stream.deadlineMs += frames * stream.frameMs;
        stream.onSkipped(frames);
      }
      const deadlineMs = stream.deadlineMs;
      stream.deadlineMs = deadlineMs + stream.frameMs;
      this.#siftDown(0);
      stream.onDeadline(deadlineMs);
    }
    this.#running = false;
    this.#arm();
  }

  #siftUp(from: number): void {
    const heap = this.#heap;
    const stream = heap[from]!;
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (heap[parent]!.deadlineMs <= stream.deadlineMs) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = stream;
  }

  #siftDown(from: number): void {
    const heap = this.#heap;
    const stream = heap[from];
    if (!stream) return;
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.deadlineMs < heap[child]!.deadlineMs) child++;
      if (heap[child]!.deadlineMs >= stream.deadlineMs) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = stream;
  }
}

function runDue(scheduler: MediaScheduler | undefined): void {
  scheduler?.run();
}
