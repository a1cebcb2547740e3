import type { RtpPacketView } from "../rtp/rtp-packet-view.ts";

/** A received frame. It belongs to the buffer: the next packet that is inserted may overwrite it. */
export interface JitterFrame {
  readonly payload: Uint8Array;
  readonly payloadType: number;
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly marker: boolean;
}

/** What a slot knows of its sequence number. `skipped` was concealed or passed over, `noted` is no audio. */
export type SlotState = "empty" | "waiting" | "noted" | "played" | "skipped";

const noBytes: Uint8Array = new Uint8Array(0);
/** Sizes are rounded up to this, so that packets of a codec whose frames vary share one storage. */
const storageStep = 64;

/**
 * One place in the ring, and the memory of the packet in it. The packet is copied there: a datagram that waited would outlive the young
 * generation's next collection, and to move it is more work than to copy what is in it.
 */
export class FrameSlot implements JitterFrame {
  state: SlotState = "empty";
  /** Extended sequence number; −1 never used. */
  sequence = -1;
  extendedTimestamp = 0;
  payloadType = 0;
  marker = false;
  /** Lies where it lay in the datagram, so that packets of one shape need one view of the storage. */
  payload: Uint8Array = noBytes;
  #storage: Uint8Array = noBytes;

  get sequenceNumber(): number {
    return this.sequence & 0xffff;
  }

  get timestamp(): number {
    return this.extendedTimestamp >>> 0;
  }

  fill(packet: RtpPacketView, extendedTimestamp: number): void {
    this.extendedTimestamp = extendedTimestamp;
    this.payloadType = packet.payloadType;
    this.marker = packet.marker;
    const { buffer, payloadOffset, payloadLength } = packet;
    const end = payloadOffset + payloadLength;
    if (end > this.#storage.length) this.#grow(end);
    this.#storage.set(end === buffer.length ? buffer : buffer.subarray(0, end));
    if (this.payload.length === payloadLength && this.payload.byteOffset === payloadOffset) return;
    this.payload = this.#storage.subarray(payloadOffset, end);
  }

  clear(): void {
    this.state = "empty";
    this.sequence = -1;
  }

  #grow(bytes: number): void {
    this.#storage = new Uint8Array(storageStep * Math.ceil(bytes / storageStep));
    this.payload = noBytes;
  }
}
