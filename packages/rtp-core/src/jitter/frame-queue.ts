import type { RtpPacketView } from "../rtp/rtp-packet-view.ts";
import { FrameRing } from "./frame-ring.ts";
import type { FrameSlot } from "./frame-slot.ts";
import type { JitterBufferCounters } from "./jitter-buffer-stats.ts";

/** How many sequence numbers before the first packet may still come before it is played. */
const misorderAtStart = 4;

/** The frames that wait, in the order of their sequence numbers. Knows nothing of time. */
export class FrameQueue {
  readonly #ring: FrameRing;
  readonly #counters: JitterBufferCounters;
  /** Sequence numbers below were played or passed over. */
  next = 0;
  /** Frames waiting. */
  waiting = 0;
  /** Nothing of this stream was played yet: what is missing in front of the first frame is no loss. */
  isFresh = true;
  #highest = 0;

  constructor(maxFrames: number, counters: JitterBufferCounters) {
    this.#ring = new FrameRing(maxFrames);
    this.#counters = counters;
  }

  /** A stream begins with `sequence`. */
  restart(sequence: number): void {
    this.clear();
    this.next = sequence - misorderAtStart;
    this.#highest = sequence;
  }

  clear(): void {
    this.#counters.discarded += this.waiting;
    this.#ring.clear();
    this.waiting = 0;
    this.isFresh = true;
  }

  /** Whether a packet of this sequence number was here already, unless it came too late. */
  has(sequence: number): boolean {
    const slot = this.#ring.find(sequence);
    return slot !== undefined && slot.state !== "skipped" && slot.state !== "empty";
  }

  /** The packet waits from now on. The oldest give way when there is no room. */
  add(sequence: number, packet: RtpPacketView, extendedTimestamp: number): void {
    this.#slotFor(sequence).fill(packet, extendedTimestamp);
    this.waiting++;
  }

  /** A packet that is no audio has this sequence number. */
  note(sequence: number): void {
    if (sequence < this.next || this.has(sequence)) return;
    if (sequence === this.next && this.waiting === 0) this.next++;
    else this.#slotFor(sequence).leave("noted");
  }

  /** The first waiting frame. Passes over packets that are no audio. */
  head(): FrameSlot | undefined {
    if (this.waiting === 0) return undefined;
    for (let sequence = this.next; sequence <= this.#highest; sequence++) {
      const slot = this.#ring.find(sequence);
      if (slot === undefined) continue;
      if (slot.state === "noted" && sequence === this.next) this.next++;
      if (slot.state === "waiting") return slot;
    }
    return undefined;
  }

  /** The frame in `slot` is played; missing ones before it are lost. */
  take(slot: FrameSlot): void {
    this.skipTo(slot.sequence);
    slot.leave("played");
    this.next = slot.sequence + 1;
    this.waiting--;
    this.isFresh = false;
  }

  /** Passes over everything before `sequence`: waiting frames are discarded, missing ones lost. */
  skipTo(sequence: number): void {
    for (; this.next < sequence; this.next++) {
      const slot = this.#ring.slot(this.next);
      const state = slot !== undefined && slot.sequence === this.next ? slot.state : "empty";
      if (state === "noted") continue;
      if (state === "waiting") {
        this.#counters.discarded++;
        this.waiting--;
      } else if (!this.isFresh) this.#counters.lost++;
      if (slot === undefined) continue;
      slot.leave("skipped");
      slot.sequence = this.next;
    }
  }

  #slotFor(sequence: number): FrameSlot {
    if (!this.#ring.reserve(sequence - this.next + 1)) {
      this.skipTo(sequence - this.#ring.maxCapacity + 1);
      this.#ring.reserve(sequence - this.next + 1);
    }
    if (sequence > this.#highest) this.#highest = sequence;
    const slot = this.#ring.slot(sequence)!;
    slot.sequence = sequence;
    return slot;
  }
}
