import type { Random } from "@sidetone/infra-common";
import { RtpError } from "../rtp-error.ts";
import { writeRtpHeader } from "./rtp-header.ts";
import { timestampDifference } from "./sequence.ts";

/** A packet of ours comes back within this time, or not at all. */
const longestReturnMs = 60_000;
/** As many packets as that, of 20 ms. */
const mostOnTheirWay = 3000;

export interface RtpSenderOptions {
  random: Random;
  /** RTP timestamp units a second: 8000 for G.711 and, by RFC 3551 §4.5.2, for G.722; 48000 for Opus. */
  clockRate: number;
  /** Taken from `random` by default, as RFC 3550 §8.1 asks. */
  ssrc?: number;
}

/** What an {@link RtpSender} has sent. */
export interface RtpSenderStats {
  readonly ssrc: number;
  readonly packetsSent: number;
  /** Payload bytes, without headers and padding. */
  readonly octetsSent: number;
}

/**
 * One outgoing stream: SSRC, sequence numbers and timestamps from random starts (RFC 3550 §5.1), and the counts for sender reports.
 *
 * Callers speak of *positions*: timestamp units since the stream began. Nothing is allocated per packet.
 */
export class RtpSender {
  readonly clockRate: number;
  readonly #random: Random;
  #ssrc: number;
  #sequenceNumber: number;
  readonly #timestampOffset: number;
  /** Sent under the present SSRC; sender reports carry them. */
  packetCount = 0;
  octetCount = 0;
  #packetsOfFormerSsrcs = 0;
  #octetsOfFormerSsrcs = 0;
  #lastPosition = 0;
  #lastSentMs = -Infinity;

  constructor(options: RtpSenderOptions) {
    if (!(options.clockRate > 0)) throw new RtpError("RTP_OPTION_INVALID", `clockRate must be positive, not ${options.clockRate}`);
    this.#random = options.random;
    this.clockRate = options.clockRate;
    this.#ssrc = (options.ssrc ?? options.random.uint32()) >>> 0;
    // A first sequence number in the lower half keeps the first wrap, which SRTP receivers have to guess, far away (RFC 3711 §3.3.1).
    this.#sequenceNumber = options.random.uint32() & 0x7fff;
    this.#timestampOffset = options.random.uint32();
  }

  get ssrc(): number {
    return this.#ssrc;
  }

  /** Sequence number of the next packet. */
  get sequenceNumber(): number {
    return this.#sequenceNumber;
  }

  /** When the last packet was sent, in ms of the clock that the caller uses; −Infinity before the first. */
  get lastSentMs(): number {
    return this.#lastSentMs;
  }

  /** RTP timestamp on the wire of a position. */
  timestampAt(position: number): number {
    return (this.#timestampOffset + position) >>> 0;
  }

  /** RTP timestamp that corresponds to the instant `nowMs`, for sender reports (RFC 3550 §6.4.1). */
  timestampAtTime(nowMs: number): number {
    if (this.#lastSentMs === -Infinity) return this.timestampAt(0);
    return this.timestampAt(this.#lastPosition + Math.round(((nowMs - this.#lastSentMs) * this.clockRate) / 1000));
  }

  /**
   * Writes the header of the next packet to the first 12 bytes of `target`, and counts it as sent at `nowMs`.
   *
   * @param position timestamp units since the stream began; of a telephone-event, where the event began.
   * @param marker begins a talk-spurt or an event (RFC 3551 §4.1). The first packet of all carries it in any case.
   * @param payloadLength bytes that follow at offset 12.
   * @returns 12
   */
  writeHeader(target: Uint8Array, payloadType: number, position: number, marker: boolean, payloadLength: number, nowMs: number): number {
    const isFirst = this.packetCount === 0;
    writeRtpHeader(target, payloadType, marker || isFirst, this.#sequenceNumber, this.timestampAt(position), this.#ssrc);
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    this.packetCount++;
    this.octetCount += payloadLength;
    this.#lastPosition = position;
    this.#lastSentMs = nowMs;
    return 12;
  }

  /**
   * Whether a packet that carries our SSRC is one of ours, sent back: its numbers went out under this SSRC within the last minute.
   * Those of another source agree by chance once in 200,000 times.
   */
  hasSent(sequenceNumber: number, timestamp: number): boolean {
    const packetsAgo = (this.#sequenceNumber - 1 - sequenceNumber) & 0xffff;
    const unitsAgo = timestampDifference(this.timestampAt(this.#lastPosition), timestamp);
    return packetsAgo < Math.min(this.packetCount, mostOnTheirWay) && unitsAgo >= 0 && unitsAgo * 1000 <= longestReturnMs * this.clockRate;
  }

  /**
   * Takes a new SSRC after a collision (RFC 3550 §8.2); the counts start again (§6.4.1). Sequence numbers and timestamps go on.
   *
   * @param taken SSRC of the other source, which is avoided.
   * @returns the SSRC given up.
   */
  changeSsrc(taken?: number): number {
    const former = this.#ssrc;
    do this.#ssrc = this.#random.uint32();
    while (this.#ssrc === former || this.#ssrc === taken);
    this.#packetsOfFormerSsrcs += this.packetCount;
    this.#octetsOfFormerSsrcs += this.octetCount;
    this.packetCount = 0;
    this.octetCount = 0;
    return former;
  }

  /** Sums over all SSRCs that this sender has used. */
  stats(): RtpSenderStats {
    return {
      ssrc: this.#ssrc,
      packetsSent: this.#packetsOfFormerSsrcs + this.packetCount,
      octetsSent: this.#octetsOfFormerSsrcs + this.octetCount,
    };
  }
}
