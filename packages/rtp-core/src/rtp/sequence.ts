/** How far sequence number `a` is ahead of `b`, across the wrap at 2¹⁶: −32768 … 32767. */
export function sequenceDifference(a: number, b: number): number {
  return ((a - b) << 16) >> 16;
}

/** How far RTP timestamp `a` is ahead of `b`, across the wrap at 2³²: −2³¹ … 2³¹ − 1. */
export function timestampDifference(a: number, b: number): number {
  return (a - b) | 0;
}

/** Whether sequence number `a` comes after `b`. */
export function isSequenceNewer(a: number, b: number): boolean {
  return sequenceDifference(a, b) > 0;
}

/** Whether RTP timestamp `a` comes after `b`. */
export function isTimestampNewer(a: number, b: number): boolean {
  return timestampDifference(a, b) > 0;
}

/**
 * Counts sequence numbers on across their wraps: each becomes the extended number nearest to the highest so far.
 *
 * The first is extended as the second cycle, so that packets from before it stay positive.
 */
export class SequenceExtender {
  /** Highest extended sequence number so far; −1 before the first. */
  highest = -1;

  extend(sequenceNumber: number): number {
    if (this.highest < 0) return (this.highest = 0x10000 + sequenceNumber);
    const extended = this.highest + sequenceDifference(sequenceNumber, this.highest & 0xffff);
    if (extended > this.highest) this.highest = extended;
    return extended;
  }

  reset(): void {
    this.highest = -1;
  }
}
