import { FrameSlot } from "./frame-slot.ts";

const initialCapacity = 8;

/** Slots by extended sequence number. Starts small and doubles, so that many idle streams cost little. */
export class FrameRing {
  readonly maxCapacity: number;
  #slots: FrameSlot[] = [];

  /** @param maxCapacity a power of two. */
  constructor(maxCapacity: number) {
    this.maxCapacity = maxCapacity;
  }

  get capacity(): number {
    return this.#slots.length;
  }

  /** The slot of `sequence`, which may hold an older one: compare {@link FrameSlot.sequence}. */
  slot(sequence: number): FrameSlot | undefined {
    return this.#slots[sequence & (this.#slots.length - 1)];
  }

  /** The slot when it still knows this very sequence number. */
  find(sequence: number): FrameSlot | undefined {
    const slot = this.slot(sequence);
    return slot !== undefined && slot.sequence === sequence ? slot : undefined;
  }

  /** Grows until `span` consecutive sequence numbers fit; false when that is over the limit. */
  reserve(span: number): boolean {
    if (span > this.maxCapacity) return false;
    let capacity = Math.max(this.#slots.length, initialCapacity);
    while (capacity < span) capacity *= 2;
    if (capacity !== this.#slots.length) this.#grow(capacity);
    return true;
  }

  /** Empties every slot; the capacity stays. */
  clear(): void {
    for (const slot of this.#slots) {
      slot.leave("empty");
      slot.sequence = -1;
    }
  }

  #grow(capacity: number): void {
    const former = this.#slots;
    this.#slots = Array.from({ length: capacity }, () => new FrameSlot());
    // Two that were apart modulo the former capacity are apart modulo a multiple of it.
    for (const slot of former) if (slot.sequence >= 0) this.#slots[slot.sequence & (capacity - 1)] = slot;
  }
}
