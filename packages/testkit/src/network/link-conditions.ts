/** How a link treats the packets of one direction. */
export interface LinkConditions {
  /** Time from sender to receiver. Default 1 ms, so that two parties which answer each other at once cannot stop time. */
  readonly delayMs: number;
  /** Further delay, drawn evenly between 0 and this for each packet. Alone it never changes their order. Default 0. */
  readonly jitterMs: number;
  /** Share of packets lost, 0 to 1. A stream loses none: its segment comes a retransmission later (200 ms, doubling). Default 0. */
  readonly lossRate: number;
  /** Share of datagrams that arrive twice. Default 0. */
  readonly duplicateRate: number;
  /** Share of datagrams held back by `reorderDelayMs`, so that later ones overtake them. Default 0. */
  readonly reorderRate: number;
  /** Default 30 ms: more than one packet interval of RTP. */
  readonly reorderDelayMs: number;
  /** Default without limit. Headers count. */
  readonly bandwidthBitsPerSecond: number;
  /** With a bandwidth: a datagram that would wait longer than this in the queue is dropped. Default 200 ms. */
  readonly queueLimitMs: number;
  /** Longest packet with its headers, in bytes. A longer datagram is dropped, as where a firewall drops its fragments. Default without limit. */
  readonly mtuBytes: number;
}

export const defaultLinkConditions: LinkConditions = {
  delayMs: 1,
  jitterMs: 0,
  lossRate: 0,
  duplicateRate: 0,
  reorderRate: 0,
  reorderDelayMs: 30,
  bandwidthBitsPerSecond: Number.POSITIVE_INFINITY,
  queueLimitMs: 200,
  mtuBytes: Number.POSITIVE_INFINITY,
};

/** Fills in the rest of `conditions` from `base`; throws RangeError when a value makes no sense. */
export function linkConditions(conditions: Partial<LinkConditions>, base: LinkConditions): LinkConditions {
  const filled = { ...base, ...conditions };
  for (const [name, value] of Object.entries(filled) as [keyof LinkConditions, number][]) {
    if (!(name in defaultLinkConditions)) throw new RangeError(`a link has no "${name}"`);
    if (!(value >= 0) || (name.endsWith("Rate") && value > 1)) throw new RangeError(`${name} cannot be ${value}`);
  }
  return filled;
}
