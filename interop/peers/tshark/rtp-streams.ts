/** One row of `tshark -z rtp,streams`. */
export interface RtpStreamReport {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: string;
  readonly packets: number;
  readonly lost: number;
  /** Between packets, in milliseconds. */
  readonly meanDeltaMs: number;
  readonly maxDeltaMs: number;
  readonly maxJitterMs: number;
  /** tshark marks a stream with an X where sequence numbers or payload types look wrong. */
  readonly hasProblems: boolean;
}

/** Reads the table that `tshark -z rtp,streams` prints. */
export function parseRtpStreams(table: string): RtpStreamReport[] {
  const row =
    /^ *[\d.]+ +[\d.]+ +\S+ +(\d+) +\S+ +(\d+) +0x[\dA-F]+ +(.+?) +(\d+) +(-?\d+) \(.*?%\) +[\d.]+ +([\d.]+) +([\d.]+) +[\d.]+ +[\d.]+ +([\d.]+) *(X?) *$/gm;
  return [...table.matchAll(row)].map((match) => ({
    sourcePort: Number(match[1]),
    destinationPort: Number(match[2]),
    payload: match[3]!,
    packets: Number(match[4]),
    lost: Number(match[5]),
    meanDeltaMs: Number(match[6]),
    maxDeltaMs: Number(match[7]),
    maxJitterMs: Number(match[8]),
    hasProblems: match[9] === "X",
  }));
}
