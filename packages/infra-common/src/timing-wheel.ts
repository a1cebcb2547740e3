import type { Timer } from "./clock.ts";

/** Finer than the system's timers, so that rounding to ticks does not add to their lateness. */
const ticksPerMs = 8;

/** A ring of slots, each as long as the whole ring below. */
interface Level {
  /** A slot lasts 2^shift ticks. */
  readonly shift: number;
  /** Number of slots, less one. */
  readonly mask: number;
  /** Where its slots begin among all. */
  readonly firstSlot: number;
  readonly index: number;
}

/**
 * 256 slots of a tick, 2048 of 32 ms, 2048 of 65 s. 64·T1 of RFC 3261 lies within the second ring: of the timers that tens of thousands of
 * transactions leave behind, those of 32 ms at most move at once.
 */
const ticks: Level = { shift: 0, mask: 255, firstSlot: 0, index: 0 };
const middle: Level = { shift: 8, mask: 2047, firstSlot: 256, index: 1 };
const distant: Level = { shift: 19, mask: 2047, firstSlot: 2304, index: 2 };
const slotCount = 4352;
/** The last ring's length less one slot, 37 hours. Ticks are compared by their difference modulo 2³², of which this is well under half. */
const horizonMs = (2 ** 30 - 2 ** 19) / ticksPerMs;

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
 * A timer lies in the lowest ring that reaches as far, and moves down when its slot there begins. It never fires early, by itself at most
 * one tick late, and timers of the same tick fire in the order in which they were set.
 */
export class TimingWheel {
  readonly #source: TimeSource;
  /** The list of each slot, made when first needed. */
  readonly #heads: (WheelTimer | undefined)[] = new Array<undefined>(slotCount).fill(undefined);
  /** One bit per slot: whether it holds timers. */
  readonly #occupied: Int32Array = new Int32Array(slotCount / 32);
  /** How many are occupied, per ring. */
  readonly #occupiedSlots: Int32Array = new Int32Array(3);
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
    const slot = this.#slotOf(tick);
    const head = this.#headOf(slot);
    this.#link(timer, head.previous as WheelTimer, head);
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
        if (levelOf(slot) === ticks) this.#fire(slot);
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
    const head = this.#headOf(slot);
    for (let timer = head.next as WheelTimer; timer !== head; timer = head.next as WheelTimer) {
      this.#unlink(timer);
      const argument = timer.argument;
      timer.argument = undefined;
      timer.callback(argument as never);
    }
  }

  /** Spreads the timers of a slot over the ring below, each before those of its tick that are there: they were set when it was nearer. */
  #moveDown(slot: number): void {
    const head = this.#headOf(slot);
    for (let timer = head.previous as WheelTimer; timer !== head; timer = head.previous as WheelTimer) {
      this.#unlink(timer);
      const below = this.#headOf(this.#slotOf(timer.tick));
      this.#link(timer, below, below.next as WheelTimer);
    }
  }

  #link(timer: WheelTimer, previous: WheelTimer, next: WheelTimer): void {
    timer.previous = previous;
    timer.next = next;
    previous.next = timer;
    next.previous = timer;
    this.#size++;
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
    if (next === previous) {
      this.#occupied[next.tick >> 5]! &= ~(1 << (next.tick & 31));
      this.#occupiedSlots[levelOf(next.tick).index]!--;
    }
  }

  /** The list of a slot that is, or will be, occupied. */
  #headOf(slot: number): WheelTimer {
    const bit = 1 << (slot & 31);
    if ((this.#occupied[slot >> 5]! & bit) === 0) {
      this.#occupied[slot >> 5]! |= bit;
      this.#occupiedSlots[levelOf(slot).index]!++;
    }
    return (this.#heads[slot] ??= emptyList(slot));
  }

  /** The slot of `tick` in the lowest ring in which it is less than a round away. */
  #slotOf(tick: number): number {
    if (slotsAhead(tick, this.#current, ticks) <= ticks.mask) return slotIn(ticks, tick);
    if (slotsAhead(tick, this.#current, middle) <= middle.mask) return slotIn(middle, tick);
    return slotIn(distant, tick);
  }

  /** The occupied slot that begins first, or −1; of several, that of the highest ring, whose timers have to move down before others fire. */
  #nextSlot(): number {
    const next = this.#sooner(this.#occupiedSlot(distant), this.#occupiedSlot(middle));
    return this.#sooner(next, this.#occupiedSlot(ticks));
  }

  /** Which slot begins first; `one` of two that begin together. */
  #sooner(one: number, other: number): number {
    if (one < 0 || other < 0) return Math.max(one, other);
    return isBefore(this.#startOf(other), this.#startOf(one)) ? other : one;
  }

  /** The first occupied slot of a ring from the present one on, all the way round, or −1. */
  #occupiedSlot({ shift, mask, firstSlot, index }: Level): number {
    if (this.#occupiedSlots[index] === 0) return -1;
    const present = firstSlot + ((this.#current >>> shift) & mask);
    const found = this.#occupiedBetween(present, firstSlot + mask);
    return found >= 0 ? found : this.#occupiedBetween(firstSlot, present);
  }

  /** The first occupied slot from `from` to `to`, or one soon behind `to`, or −1. */
  #occupiedBetween(from: number, to: number): number {
    let mask = -1 << (from & 31);
    for (let word = from >> 5; word <= to >> 5; word++, mask = -1) {
      const bits = (this.#occupied[word] as number) & mask;
      if (bits !== 0) return (word << 5) + 31 - Math.clz32(bits & -bits);
    }
    return -1;
  }

  /** The first tick of an occupied slot. */
  #startOf(slot: number): number {
    const { shift, mask, firstSlot } = levelOf(slot);
    const present = this.#current >>> shift;
    return (present + ((slot - firstSlot - present) & mask)) << shift;
  }
}

function levelOf(slot: number): Level {
  return slot < middle.firstSlot ? ticks : slot < distant.firstSlot ? middle : distant;
}

/** How many slots of a ring `tick` is ahead of `current`. */
function slotsAhead(tick: number, current: number, { shift }: Level): number {
  return ((tick >>> shift) - (current >>> shift)) & (-1 >>> shift);
}

function slotIn({ shift, mask, firstSlot }: Level, tick: number): number {
  return firstSlot + ((tick >>> shift) & mask);
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
