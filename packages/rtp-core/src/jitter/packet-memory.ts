import type { RtpPacketView } from "../rtp/rtp-packet-view.ts";

/** Sizes are rounded up to this, so that packets of a codec whose frames vary share one storage. */
const storageStep = 64;
/** Memories kept for later, and of what size at most. */
const mostFree = 1024;
const mostBytes = 2048;

/**
 * What no packet waits in, for all buffers of the thread, the one released last on top: a packet that comes is copied to where another one
 * has just been played from, which is still in the processor's cache.
 */
const free: PacketMemory[] = [];

/**
 * Where a packet waits. It is copied there: a datagram that waited would outlive the young generation's next collection, and to move it
 * is more work than to copy what is in it.
 */
export class PacketMemory {
  /** Lies where it lay in the datagram, so that packets of one shape need one view of the storage. */
  payload: Uint8Array;
  #storage: Uint8Array;

  private constructor() {
    this.payload = this.#storage = new Uint8Array(0);
  }

  /** A copy of the packet's payload. */
  static take(packet: RtpPacketView): PacketMemory {
    const memory = free.pop() ?? new PacketMemory();
    memory.#fill(packet);
    return memory;
  }

  /** Nobody will read it after the next {@link take}. */
  release(): void {
    if (free.length < mostFree && this.#storage.length <= mostBytes) free.push(this);
  }

  #fill({ buffer, payloadOffset, payloadLength }: RtpPacketView): void {
    const end = payloadOffset + payloadLength;
    if (end > this.#storage.length) this.#storage = this.payload = new Uint8Array(storageStep * Math.ceil(end / storageStep));
    this.#storage.set(end === buffer.length ? buffer : buffer.subarray(0, end));
    if (this.payload.length === payloadLength && this.payload.byteOffset === payloadOffset) return;
    this.payload = this.#storage.subarray(payloadOffset, end);
  }
}
