import type { PacketProtection } from "./packet-protection.ts";

/** Sizes are rounded up to this, so that packets of a codec whose frames vary share one storage. */
const storageStep = 64;
const initialSlots = 2;
const maxSlots = 64;

/** A packet that is written in place and sent; the buffer belongs to the transport and is reused once the network has let go of it. */
export class SendSlot {
  /** Exactly as long as was asked for; what an earlier packet left is still in it. */
  bytes: Buffer;
  /** Backs {@link bytes}, with room for what protection adds. */
  #storage: Buffer;
  #protected: Buffer;

  constructor() {
    this.bytes = this.#storage = this.#protected = Buffer.alloc(0);
  }

  /** Makes {@link bytes} `length` long; a packet as long as the one before takes no new view. */
  size(length: number, overheadBytes: number): void {
    const neededBytes = length + overheadBytes;
    if (this.bytes.length === length && this.#storage.length >= neededBytes) return;
    if (this.#storage.length < neededBytes)
      this.#protected = this.#storage = Buffer.alloc(storageStep * Math.ceil(neededBytes / storageStep));
    this.bytes = this.#storage.subarray(0, length);
  }

  /** Protects the packet in place and returns it as it goes on the wire; undefined when it must not be sent. */
  protect(protection: PacketProtection): Buffer | undefined {
    const length = protection.protectRtp(this.#storage, this.bytes.length);
    if (length < 0) return undefined;
    if (this.#protected.length !== length) this.#protected = this.#storage.subarray(0, length);
    return this.#protected;
  }
}

/**
 * Send buffers of one stream. The network lets go of packets in the order in which it took them, so one callback serves all:
 * nothing is allocated per packet of steady length.
 */
export class SendRing {
  #slots: SendSlot[] = Array.from({ length: initialSlots }, () => new SendSlot());
  #head = 0;
  #inFlight = 0;
  /** The slot at the head is being written. */
  #isAcquired = false;

  /** The next slot, `length` bytes long; undefined when the network holds all that there may be. The same one until {@link sent}. */
  acquire(length: number, overheadBytes: number): SendSlot | undefined {
    if (this.#inFlight === this.#slots.length && !this.#grow()) return undefined;
    // Over the same memory again where nothing is in flight: it is still in the processor's cache.
    if (this.#inFlight === 0 && !this.#isAcquired) this.#head = 0;
    this.#isAcquired = true;
    const slot = this.#slots[this.#head]!;
    slot.size(length, overheadBytes);
    return slot;
  }

  /** The slot acquired last goes to the network. */
  sent(): void {
    this.#isAcquired = false;
    this.#head = (this.#head + 1) % this.#slots.length;
    this.#inFlight++;
  }

  /** The network has let go of the oldest packet. Bound, to be passed on as it is. */
  readonly onSent = (): void => {
    if (this.#inFlight > 0) this.#inFlight--;
  };

  #grow(): boolean {
    if (this.#slots.length >= maxSlots) return false;
    // All are in flight, the oldest at the head: the new ones go before it, and the next packet into the first of them.
    const more = Array.from({ length: this.#slots.length }, () => new SendSlot());
    this.#slots = [...this.#slots.slice(0, this.#head), ...more, ...this.#slots.slice(this.#head)];
    return true;
  }
}
