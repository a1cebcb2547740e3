/** What a receiver heard of one source (RFC 3550 §6.4.1). */
export interface ReportBlock {
  /** The source that the block is about. */
  readonly ssrc: number;
  /** Lost since the previous report, in 1/256, 0 … 255. */
  readonly fractionLost: number;
  /** Lost since the beginning; 24 bits with sign, negative when duplicates outnumber losses. */
  readonly cumulativeLost: number;
  /** Highest sequence number with the count of wraps in the upper 16 bits. */
  readonly extendedHighestSequenceNumber: number;
  /** Interarrival jitter in timestamp units. */
  readonly jitter: number;
  /** LSR: middle 32 bits of the NTP timestamp of the last sender report from the source; 0 for none. */
  readonly lastSenderReport: number;
  /** DLSR in 1/65536 s; 0 for none. */
  readonly delaySinceLastSenderReport: number;
}

/** Sender report (RFC 3550 §6.4.1). */
export interface SenderReport {
  readonly type: "SR";
  readonly ssrc: number;
  /** Seconds since 1900. */
  readonly ntpSeconds: number;
  /** Fraction of the second in 1/2³². */
  readonly ntpFraction: number;
  /** The same instant as the NTP timestamp, in the units of the stream. */
  readonly rtpTimestamp: number;
  readonly packetCount: number;
  readonly octetCount: number;
  /** At most 31. */
  readonly reportBlocks: readonly ReportBlock[];
}

/** Receiver report (RFC 3550 §6.4.2). */
export interface ReceiverReport {
  readonly type: "RR";
  readonly ssrc: number;
  /** At most 31. */
  readonly reportBlocks: readonly ReportBlock[];
}

/** The items of RFC 3550 §6.5, in the order of their numbers from 1. */
export const sdesItemNames = ["CNAME", "NAME", "EMAIL", "PHONE", "LOC", "TOOL", "NOTE", "PRIV"] as const;

export type SdesItemName = (typeof sdesItemNames)[number];

export interface SdesItem {
  readonly name: SdesItemName;
  /** At most 255 bytes of UTF-8; of PRIV, the value after the prefix. */
  readonly text: string;
  /** PRIV only (§6.5.8). */
  readonly prefix?: string;
}

export interface SdesChunk {
  readonly ssrc: number;
  readonly items: readonly SdesItem[];
}

/** Source description (RFC 3550 §6.5). */
export interface SourceDescription {
  readonly type: "SDES";
  /** At most 31. */
  readonly chunks: readonly SdesChunk[];
}

/** Goodbye (RFC 3550 §6.6). */
export interface Goodbye {
  readonly type: "BYE";
  /** At most 31. */
  readonly ssrcs: readonly number[];
  /** At most 255 bytes of UTF-8. */
  readonly reason?: string;
}

/** Application-defined packet (RFC 3550 §6.7). */
export interface ApplicationDefined {
  readonly type: "APP";
  /** 0 … 31. */
  readonly subtype: number;
  readonly ssrc: number;
  /** Four ASCII characters. */
  readonly name: string;
  /** A multiple of four bytes. */
  readonly data: Uint8Array;
}

/** The packets of RFC 3550 §6.4 to §6.7. */
export type RtcpPacket = SenderReport | ReceiverReport | SourceDescription | Goodbye | ApplicationDefined;

/** Packet types on the wire (RFC 3550 §12.1). */
export const rtcpPacketTypes = { SR: 200, RR: 201, SDES: 202, BYE: 203, APP: 204 } as const;
