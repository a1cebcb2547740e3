import type { Timer } from "./clock.ts";

const levels = 4;
const slotBits = 8;
const slotsPerLevel = 2 ** slotBits;
const slotMask = slotsPerLevel - 1;
const wordsPerLevel = slotsPerLevel / 32;
/** Finer than the system's timers, so that rounding to ticks does not add to their lateness. */
const ticksPerMs = 8;
/** Ticks are compared by their difference modulo 2³², so a timer lies well under half of that ahead: 37 hours. */
const horizonMs = 2 ** 30 / ticksPerMs;

/** Where the wheel takes its time from, and what wakes it. */
export interface TimeSource {
  /** Monotonic time in milliseconds, with a fraction. */
  now(): number;
  /** Calls {@link TimingWheel.wake} in `delayMs` (≥ 0) milliseconds, or soon after, in place of the moment asked for before. */
  wakeAfter(delayMs: number): void;
}

/** A timer and its links in the list of its slot. The head of each list is one too: its `tick` is the number of the slot. */
class WheelTimer implements Timer {
  next: WheelTimer | undefined = undefined;
  previous: WheelTimer | undefined = undefined;
  /** When to fire, modulo 2³² as a signed number, so that the engine keeps it unboxed. */
  readonly tick: number;
  readonly wheel: TimingWheel | undefined;
  readonly callback: (argument: never) => void;
  argument: unknown;

  constructor(wheel: TimingWheel | undefined, tick: number, callback: (argument: never) => void, argument: unknown) {
    this.tick = tick;
    this.wheel = wheel;
    this.callback = callback;
    this.argument = argument;
  }

  cancel(): void {
    this.wheel?.cancel(this);
  }
}

/**
 * Timers in a hierarchical timing wheel of ⅛ ms ticks (Varghese and Lauck, 1987): setting and cancelling cost O(1), one
 * object and no closure, so that tens of thousands of transaction timers a second share one timer of the system.
 *
 * Four levels of 256 slots: a timer lies in the level of the highest byte in which its tick differs from the present one,
 * and moves down when that slot is reached. It never fires early, by itself at most one tick late, and timers of the same
 * tick fire in the order in which they were set.
 */
export class TimingWheel {
  readonly #source: TimeSource;
  readonly #heads: readonly WheelTimer[] = Array.from({ length: levels * slotsPerLevel }, (_, slot) => emptyList(slot));
  /** One bit per slot: whether it holds timers. */
  readonly #occupied: Int32Array = new Int32Array(levels * wordsPerLevel);
  /** Every earlier tick has been dealt with. */
  #current: number;
  /** The wheel has asked to be woken, at {@link #wakeTick}: no occupied slot begins before it. */
  #armed = false;
  #wakeTick = 0;
  #waking = false;
  #size = 0;

  constructor(source: TimeSource) {
    this.#source = source;
    this.#current = tickAt(source.now());
  }

  /** Timers set and neither fired nor cancelled. */
  get size(): number {
    return this.#size;
  }

  /** Runs `callback(argument)` once, `delayMs` milliseconds from now or up to a tick later, and not before `set` has returned. */
  set<Argument>(delayMs: number, callback: (argument: Argument) => void, argument: Argument): Timer {
    if (!(delayMs <= horizonMs)) return new DistantTimer(this, delayMs, callback, argument);
    const now = this.#source.now();
    this.#skipTo(tickAt(now));
    const dueTick = Math.ceil((delayMs > 0 ? now + delayMs : now) * ticksPerMs) | 0;
    const tick = (dueTick - this.#current) | 0 ? dueTick : (dueTick + 1) | 0;
    const timer = new WheelTimer(this, tick, callback, argument);
    const slot = this.#link(timer);
    if (!this.#waking) this.#wakeAt(this.#startOf(slot));
    return timer;
  }

  /** Takes `timer` out; does nothing when it has fired or was cancelled. */
  cancel(timer: WheelTimer): void {
    if (!timer.next) return;
    this.#unlink(timer);
    timer.argument = undefined;
  }

  /** Runs what is due, then asks the time source for the next wake. */
  wake(): void {
    const nowTick = tickAt(this.#source.now());
    this.#waking = true;
    try {
      for (let slot = this.#nextSlot(); slot >= 0; slot = this.#nextSlot()) {
        const start = this.#startOf(slot);
        if (isBefore(nowTick, start)) break;
        this.#current = start;
        if (slot < slotsPerLevel) this.#fire(slot);
        else this.#moveDown(slot);
      }
    } finally {
      this.#waking = false;
      this.#armed = false;
      const slot = this.#nextSlot();
      if (slot >= 0) this.#wakeAt(this.#startOf(slot));
    }
  }

  /** Moves on to `tick` where nothing lies between, so that new timers get into low levels. */
  #skipTo(tick: number): void {
    const limit = this.#armed && !isBefore(tick, this.#wakeTick) ? (this.#wakeTick - 1) | 0 : tick;
    if (!this.#armed || isBefore(this.#current, limit)) this.#current = limit;
  }

  #wakeAt(tick: number): void {
    if (this.#armed && !isBefore(tick, this.#wakeTick)) return;
    this.#armed = true;
    this.#wakeTick = tick;
    const now = this.#source.now() * ticksPerMs;
    const nowTick = Math.floor(now);
    this.#source.wakeAfter(Math.max(0, ((tick - nowTick) | 0) - (now - nowTick)) / ticksPerMs);
  }

  #fire(slot: number): void {
    const head = this.#heads[slot] as WheelTimer;
    for (let timer = head.next as WheelTimer; timer !== head; timer = head.next as WheelTimer) {
      this.#unlink(timer);
      const argument = timer.argument;
      timer.argument = undefined;
      timer.callback(argument as never);
    }
  }

  /** Spreads the timers of a slot of a higher level over the levels below, in their order. */
  #moveDown(slot: number): void {
    const head = this.#heads[slot] as WheelTimer;
    for (let timer = head.next as WheelTimer; timer !== head; timer = head.next as WheelTimer) {
      this.#unlink(timer);
      this.#link(timer);
    }
  }

  /** Appends `timer` to the list of its slot, and returns the slot's number. */
  #link(timer: WheelTimer): number {
    const tick = timer.tick;
    const level = (31 - Math.clz32(tick ^ this.#current)) >> 3;
    const slot = level < 1 ? tick & slotMask : level * slotsPerLevel + ((tick >>> (level * slotBits)) & slotMask);
    const head = this.#heads[slot] as WheelTimer;
    const last = head.previous as WheelTimer;
    timer.next = head;
    timer.previous = last;
    last.next = timer;
    head.previous = timer;
    this.#occupied[slot >> 5]! |= 1 << (slot & 31);
    this.#size++;
    return slot;
  }

  #unlink(timer: WheelTimer): void {
    const next = timer.next as WheelTimer;
    const previous = timer.previous as WheelTimer;
    next.previous = previous;
    previous.next = next;
    timer.next = undefined;
    timer.previous = undefined;
    this.#size--;
    // Only the head is left, and its tick is the number of the slot.
    if (next === previous) this.#occupied[next.tick >> 5]! &= ~(1 << (next.tick & 31));
  }

  /** The occupied slot that begins first, or −1: the slots of a level lie before those of the next, and the top level goes round. */
  #nextSlot(): number {
    for (let level = 0; level < levels; level++) {
      const slot = this.#occupiedSlot(level, (this.#current >>> (level * slotBits)) & slotMask);
      if (slot >= 0) return slot;
    }
    return this.#occupiedSlot(levels - 1, 0);
  }

  /** The first occupied slot of `level` at `position` or after, or −1. */
  #occupiedSlot(level: number, position: number): number {
    let mask = -1 << (position & 31);
    for (let word = position >> 5; word < wordsPerLevel; word++, mask = -1) {
      const bits = (this.#occupied[level * wordsPerLevel + word] as number) & mask;
      if (bits !== 0) return level * slotsPerLevel + (word << 5) + 31 - Math.clz32(bits & -bits);
    }
    return -1;
  }

  /** The first tick of an occupied slot. */
  #startOf(slot: number): number {
    const level = slot >> slotBits;
    const shift = level * slotBits;
    const offset = (slot & slotMask) << shift;
    return level === levels - 1 ? offset : (this.#current & (-1 << (shift + slotBits))) | offset;
  }
}

/** A timer beyond the wheel's horizon: it is set again for the rest. */
class DistantTimer implements Timer {
  #timer: Timer;

  constructor(wheel: TimingWheel, delayMs: number, callback: (argument: never) => void, argument: unknown) {
    if (Number.isNaN(delayMs)) throw new TypeError("delayMs is not a number");
    const setRest = (restMs: number): Timer =>
      restMs > horizonMs
        ? wheel.set(horizonMs, () => void (this.#timer = setRest(restMs - horizonMs)), undefined)
        : wheel.set(restMs, callback, argument as never);
    this.#timer = setRest(delayMs);
  }

  cancel(): void {
    this.#timer.cancel();
  }
}

/** The tick that `now` (in milliseconds) lies in. */
function tickAt(now: number): number {
  return Math.floor(now * ticksPerMs) | 0;
}

/** Whether tick `one` comes before `other`, both modulo 2³². */
function isBefore(one: number, other: number): boolean {
  return ((one - other) | 0) < 0;
}

function emptyList(slot: number): WheelTimer {
  const head = new WheelTimer(undefined, slot, () => {}, undefined);
  head.next = head;
  head.previous = head;
  return head;
}
