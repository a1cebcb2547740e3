import type { PacketProtection } from "./packet-protection.ts";

/** Sizes are rounded up to this, so that packets of a codec whose frames vary share one storage. */
const storageStep = 64;

/** A packet that is written in place and sent; the buffer belongs to the transport and is reused once the network has let go of it. */
export class SendSlot {
  /** Exactly as long as was asked for; what an earlier packet, of whatever stream, left is still in it: write all of it. */
  bytes: Buffer;
  /** @internal The slot sent after this one. */
  next: SendSlot | undefined = undefined;
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
