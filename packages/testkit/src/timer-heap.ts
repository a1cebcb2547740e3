import type { Timer } from "@sidetone/infra-common";

/** A timer in a {@link TimerHeap}. */
export class ScheduledTimer implements Timer {
  readonly due: number;
  readonly order: number;
  readonly callback: (argument: unknown) => void;
  readonly argument: unknown;
  /** Position in the heap, −1 when it is not in it any more. */
  index = -1;
  readonly #heap: TimerHeap;

  constructor(heap: TimerHeap, due: number, order: number, callback: (argument: unknown) => void, argument: unknown) {
    this.#heap = heap;
    this.due = due;
    this.order = order;
    this.callback = callback;
    this.argument = argument;
  }

  cancel(): void {
    this.#heap.remove(this);
  }
}

/** Timers by due time, those of the same instant by the order in which they were added: a binary heap that knows each timer's place. */
export class TimerHeap {
  readonly #timers: ScheduledTimer[] = [];
  #added = 0;

  get size(): number {
    return this.#timers.length;
  }

  /** The timer due next. */
  get first(): ScheduledTimer | undefined {
    return this.#timers[0];
  }

  add(due: number, callback: (argument: unknown) => void, argument: unknown): ScheduledTimer {
    const timer = new ScheduledTimer(this, due, this.#added++, callback, argument);
    this.#timers.push(timer);
    this.#rise(timer, this.#timers.length - 1);
    return timer;
  }

  /** Takes `timer` out; does nothing when it is not in. */
  remove(timer: ScheduledTimer): void {
    const index = timer.index;
    if (index < 0) return;
    timer.index = -1;
    const last = this.#timers.pop() as ScheduledTimer;
    if (last === timer) return;
    this.#rise(last, index);
    this.#sink(last, last.index);
  }

  #rise(timer: ScheduledTimer, index: number): void {
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.#timers[parentIndex] as ScheduledTimer;
      if (isBefore(parent, timer)) break;
      this.#place(parent, index);
      index = parentIndex;
    }
    this.#place(timer, index);
  }

  #sink(timer: ScheduledTimer, index: number): void {
    for (;;) {
      let childIndex = 2 * index + 1;
      const left = this.#timers[childIndex];
      if (!left) break;
      const right = this.#timers[childIndex + 1];
      if (right && isBefore(right, left)) childIndex++;
      const child = this.#timers[childIndex] as ScheduledTimer;
      if (isBefore(timer, child)) break;
      this.#place(child, index);
      index = childIndex;
    }
    this.#place(timer, index);
  }

  #place(timer: ScheduledTimer, index: number): void {
    this.#timers[index] = timer;
    timer.index = index;
  }
}

function isBefore(one: ScheduledTimer, other: ScheduledTimer): boolean {
  return one.due < other.due || (one.due === other.due && one.order < other.order);
}
