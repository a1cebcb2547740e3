import { SendSlot } from "./send-slot.ts";

/** Packets of one stream that the network may hold. */
const mostInFlight = 64;
/** Slots kept for later, some 300 bytes each. */
const mostFree = 256;

/**
 * Slots that nobody uses, for all streams of the thread, the one used last on top: what hundreds of streams send in turn goes through the
 * same few, which stay in the processor's cache.
 */
const freeSlots: SendSlot[] = [];

/**
 * What one stream has given to the network. It lets go of packets in the order in which it took them, so one callback serves all: nothing
 * is allocated per packet of steady length.
 */
export class SendQueue {
  /** Being written. */
  #acquired: SendSlot | undefined;
  #oldest: SendSlot | undefined;
  #newest: SendSlot | undefined;
  #inFlight = 0;

  /** A slot of `length` bytes, the same one until {@link sent}; undefined when the network holds all that there may be. */
  acquire(length: number, overheadBytes: number): SendSlot | undefined {
    if (this.#inFlight === mostInFlight) return undefined;
    const slot = (this.#acquired ??= freeSlots.pop() ?? new SendSlot());
    slot.size(length, overheadBytes);
    return slot;
  }

  /** The slot acquired last goes to the network. */
  sent(): void {
    const slot = this.#acquired;
    if (!slot) return;
    this.#acquired = undefined;
    if (this.#oldest) this.#newest!.next = slot;
    else this.#oldest = slot;
    this.#newest = slot;
    this.#inFlight++;
  }

  /** The network has let go of the oldest packet. Bound, to be passed on as it is. */
  readonly onSent = (): void => {
    const slot = this.#oldest;
    if (!slot) return;
    this.#oldest = slot.next;
    slot.next = undefined;
    this.#inFlight--;
    if (freeSlots.length < mostFree) freeSlots.push(slot);
  };
}
