/** Plain figures of a `JitterBuffer`. Counts are packets or frames since it was made. */
export interface JitterBufferStats {
  /** Packets given to `insert`. */
  readonly received: number;
  /** Sequence numbers passed over because their packet was not there in time; late ones are among them. */
  readonly lost: number;
  readonly late: number;
  readonly duplicated: number;
  /** Packets that came after a later one. */
  readonly reordered: number;
  /** Packets thrown away: the buffer was full or too far behind, or they did not fit the stream. */
  readonly discarded: number;
  /** Frames that the puller had to conceal (`lost` and `expand`). */
  readonly concealed: number;
  /** How often another stream began: other SSRC, sequence numbers or timestamps. */
  readonly restarts: number;
  readonly currentDelayMs: number;
  readonly targetDelayMs: number;
  /** How much faster the sender's clock runs than ours; undefined before about 15 s. */
  readonly clockDriftPpm: number | undefined;
}

/** The counters behind {@link JitterBufferStats}. */
export class JitterBufferCounters {
  received = 0;
  lost = 0;
  late = 0;
  duplicated = 0;
  reordered = 0;
  discarded = 0;
  concealed = 0;
  restarts = 0;
}
