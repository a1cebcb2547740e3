import { noBytes, type FrameSlot } from "./frame-ring.ts";

/** A received frame; the object is reused by the next pull. */
export class JitterFrame {
  /** The datagram, not a copy. */
  buffer: Uint8Array = noBytes;
  /** Where the payload begins, and how many bytes it has. */
  offset = 0;
  length = 0;
  payloadType = 0;
  sequenceNumber = 0;
  timestamp = 0;
  marker = false;
  /** Length in RTP units: of this frame as far as known, or of the one to conceal. */
  duration: number;

  constructor(duration: number) {
    this.duration = duration;
  }

  /** @internal Becomes the frame in `slot`. */
  take(slot: FrameSlot): void {
    this.buffer = slot.buffer;
    this.offset = slot.offset;
    this.length = slot.length;
    this.payloadType = slot.payloadType;
    this.sequenceNumber = slot.sequence & 0xffff;
    this.timestamp = slot.timestamp >>> 0;
    this.marker = slot.marker;
  }
}
