import { noBytes, type FrameSlot } from "./frame-slot.ts";

/** A received frame; the object is reused by the next pull. */
export class JitterFrame {
  /** Belongs to the buffer: the next packet that is inserted may overwrite it. */
  payload: Uint8Array = noBytes;
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
    this.payload = slot.payload;
    this.payloadType = slot.payloadType;
    this.sequenceNumber = slot.sequence & 0xffff;
    this.timestamp = slot.timestamp >>> 0;
    this.marker = slot.marker;
  }
}
