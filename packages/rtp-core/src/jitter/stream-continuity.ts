import { sequenceDifference } from "../rtp/sequence.ts";
import type { RtpPacketView } from "../rtp/rtp-packet-view.ts";

const maxDropout = 3000;
const maxMisorder = 100;

/**
 * - `continues`: {@link StreamContinuity.sequence}, `timestamp` and `transitMs` place the packet.
 * - `restart`: another stream begins with it: another SSRC, or the second packet in a row after a jump.
 * - `suspect`: the first packet after a jump of sequence numbers or timestamps; drop it.
 */
export type Continuity = "continues" | "restart" | "suspect";

/** Counts sequence numbers and timestamps on across their wraps, and tells a restart of the source from a stray packet (in the manner of RFC 3550 A.1). */
export class StreamContinuity {
  readonly #unitsPerMs: number;
  readonly #jumpMs: number;
  /** SSRC of the stream; −1 before the first packet. */
  ssrc = -1;
  /** Highest extended sequence number. */
  highest = 0;
  /** Of the last packet that continued the stream: extended sequence number, extended timestamp, transit time. */
  sequence = 0;
  timestamp = 0;
  transitMs = 0;
  #badSequence = -1;
  #suspectTransitMs = NaN;

  /** @param jumpMs transit times that differ by more are a jump of the timestamps. */
  constructor(unitsPerMs: number, jumpMs: number) {
    this.#unitsPerMs = unitsPerMs;
    this.#jumpMs = jumpMs;
  }

  /** Places an audio packet. */
  place(packet: RtpPacketView, arrivalMs: number): Continuity {
    if (packet.ssrc !== this.ssrc) return "restart";
    const step = sequenceDifference(packet.sequenceNumber, this.highest & 0xffff);
    const timestamp = this.timestamp + ((packet.timestamp - this.timestamp) | 0);
    // A gap of many packets takes time: without it, the sequence number is wrong.
    const isTooFar = step > maxMisorder && timestamp - this.timestamp < step * this.#unitsPerMs;
    if (step >= maxDropout || step < -maxMisorder || isTooFar) {
      if (packet.sequenceNumber === this.#badSequence) return "restart";
      this.#badSequence = (packet.sequenceNumber + 1) & 0xffff;
      return "suspect";
    }
    const transitMs = arrivalMs - timestamp / this.#unitsPerMs;
    if (Math.abs(transitMs - this.transitMs) > this.#jumpMs) {
      // A gateway may put one odd timestamp on a packet; the second that agrees with it is a new beginning.
      if (Math.abs(transitMs - this.#suspectTransitMs) < this.#jumpMs / 2) return "restart";
      this.#suspectTransitMs = transitMs;
      return "suspect";
    }
    this.#suspectTransitMs = NaN;
    this.sequence = this.highest + step;
    this.timestamp = timestamp;
    this.transitMs = transitMs;
    if (step > 0) this.highest = this.sequence;
    return "continues";
  }

  /** Extended sequence number of a packet of the stream that is no audio; −1 when it does not belong. */
  placeOther(packet: RtpPacketView): number {
    if (packet.ssrc !== this.ssrc) return -1;
    const step = sequenceDifference(packet.sequenceNumber, this.highest & 0xffff);
    if (step >= maxDropout || step < -maxMisorder) return -1;
    const sequence = this.highest + step;
    if (step > 0) this.highest = sequence;
    return sequence;
  }

  /** Begins a stream with this packet. Sequence numbers are extended from the second cycle on, so that earlier ones stay positive. */
  restart(packet: RtpPacketView, arrivalMs: number): void {
    this.ssrc = packet.ssrc;
    this.sequence = this.highest = 0x10000 + packet.sequenceNumber;
    this.timestamp = packet.timestamp;
    this.transitMs = arrivalMs - packet.timestamp / this.#unitsPerMs;
    this.#badSequence = -1;
    this.#suspectTransitMs = NaN;
  }
}
