/** Quality of what is heard, assessed once a second. A figure that was not measured is undefined. */
export interface MediaQuality {
  /** Mean opinion score, 1 to 4.5 (ITU-T G.107 Annex B), from measured loss, delay and the codec. */
  readonly mos: number | undefined;
  /** Transmission rating, 0 to 93.2 (ITU-T G.107). */
  readonly rFactor: number | undefined;
  /** Packets lost or too late to be heard, of those expected since the previous snapshot, in percent. */
  readonly lossPercent: number | undefined;
  /** Interarrival jitter (RFC 3550 §6.4.1), in milliseconds. */
  readonly jitterMs: number | undefined;
  /** Round trip by RTCP (RFC 3550 §6.4.1); undefined until the peer has reported on us. */
  readonly roundTripMs: number | undefined;
  /** Delay that the jitter buffer adds now, in milliseconds. */
  readonly jitterBufferMs: number | undefined;
  /** Level of the last frames, in dBFS; -Infinity is digital silence. */
  readonly receivedLevelDbfs: number | undefined;
  readonly sentLevelDbfs: number | undefined;
  readonly codec: string;
}

/** Counters of a media session since it opened. Plain data. */
export interface MediaStatistics {
  /** Encoding name of the codec sent; undefined before negotiation. */
  readonly codec: string | undefined;
  readonly packetsSent: number;
  readonly octetsSent: number;
  readonly packetsReceived: number;
  readonly octetsReceived: number;
  /** Expected less received (RFC 3550 A.3); duplicates can make it negative. */
  readonly packetsLost: number;
  /** Arrived, but after their frame had to be played. */
  readonly packetsLate: number;
  readonly packetsDuplicated: number;
  readonly packetsReordered: number;
  /** From elsewhere than the peer, or not RTP: neither heard nor answered. */
  readonly packetsRejected: number;
  readonly framesConcealed: number;
  readonly jitterMs: number | undefined;
  readonly roundTripMs: number | undefined;
  readonly jitterBufferMs: number | undefined;
  /** What the peer reports of our stream by RTCP. */
  readonly remoteLossPercent: number | undefined;
  readonly remoteJitterMs: number | undefined;
  /** Samples per channel sent since media began, at the codec's rate. */
  readonly samplesSent: number;
  /** Over the whole call, from its total loss; undefined until loss, delay and buffer were measured. */
  readonly mos: number | undefined;
  readonly rFactor: number | undefined;
}

/** Before anything was negotiated. */
export const emptyStatistics: MediaStatistics = {
  codec: undefined,
  packetsSent: 0,
  octetsSent: 0,
  packetsReceived: 0,
  octetsReceived: 0,
  packetsLost: 0,
  packetsLate: 0,
  packetsDuplicated: 0,
  packetsReordered: 0,
  packetsRejected: 0,
  framesConcealed: 0,
  jitterMs: undefined,
  roundTripMs: undefined,
  jitterBufferMs: undefined,
  remoteLossPercent: undefined,
  remoteJitterMs: undefined,
  samplesSent: 0,
  mos: undefined,
  rFactor: undefined,
};
