import type { RtpPacketView } from "../rtp/rtp-packet-view.ts";
import { PacketMemory } from "./packet-memory.ts";

/** A received frame, for use at once: the next packet that is inserted, into whatever buffer of the thread, may overwrite it. */
export interface JitterFrame {
  readonly payload: Uint8Array;
  readonly payloadType: number;
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly marker: boolean;
}

/** What a slot knows of its sequence number. `skipped` was concealed or passed over, `noted` is no audio. */
export type SlotState = "empty" | "waiting" | "noted" | "played" | "skipped";

/** One place in the ring, and what waits there. */
export class FrameSlot implements JitterFrame {
  state: SlotState = "empty";
  /** Extended sequence number; −1 never used. */
  sequence = -1;
  extendedTimestamp = 0;
  payloadType = 0;
  marker = false;
  #memory: PacketMemory | undefined;

  get sequenceNumber(): number {
    return this.sequence & 0xffff;
  }

  get timestamp(): number {
    return this.extendedTimestamp >>> 0;
  }

  get payload(): Uint8Array {
    return this.#memory!.payload;
  }

  /** The packet waits here; what is to be known of it is copied. */
  fill(packet: RtpPacketView, extendedTimestamp: number): void {
    this.state = "waiting";
    this.extendedTimestamp = extendedTimestamp;
    this.payloadType = packet.payloadType;
    this.marker = packet.marker;
    this.#memory = PacketMemory.take(packet);
  }

  /** What waited, if anything did, waits no more. The payload stays readable until the next packet is filled in somewhere. */
  leave(state: Exclude<SlotState, "waiting">): void {
    if (this.state === "waiting") this.#memory!.release();
    this.state = state;
  }
}
