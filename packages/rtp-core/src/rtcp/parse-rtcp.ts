import {
  rtcpPacketTypes,
  sdesItemNames,
  type ApplicationDefined,
  type Goodbye,
  type ReportBlock,
  type RtcpPacket,
  type SdesChunk,
  type SdesItem,
} from "./rtcp-packet.ts";

/** A datagram of RTCP, read tolerantly: what could be read, and how much could not. */
export interface RtcpCompound {
  readonly packets: readonly RtcpPacket[];
  /** Whether it begins with SR or RR, as RFC 3550 §6.1 demands; reduced-size RTCP (RFC 5506) does not. */
  readonly startsWithReport: boolean;
  /** Packets of other types (feedback, extended reports …), skipped: "unknown packet types … should be ignored" (A.2). */
  readonly unknownPackets: number;
  /** Packets whose content contradicts their length, skipped. */
  readonly malformedPackets: number;
  /** The last packet announces more than there is, has another version, or there are too many: the rest was ignored. */
  readonly truncated: boolean;
}

/** A compound of more packets than this is not telephony; the rest is ignored. */
const maxPackets = 64;

/**
 * Reads a compound RTCP packet (RFC 3550 §6.1, A.2). Never throws: whatever cannot be read is counted.
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P| count/5 |      PT       |       length (words − 1)      |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 */
export function parseRtcp(data: Uint8Array): RtcpCompound {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const packets: RtcpPacket[] = [];
  let unknownPackets = 0;
  let malformedPackets = 0;
  let offset = 0;
  let count = 0;
  while (offset + 4 <= bytes.length && bytes[offset]! >> 6 === 2 && count < maxPackets) {
    const next = offset + 4 * (bytes.readUInt16BE(offset + 2) + 1);
    if (next > bytes.length) break;
    count++;
    const type = bytes[offset + 1]!;
    const end = withoutPadding(bytes, offset, next);
    if (type < rtcpPacketTypes.SR || type > rtcpPacketTypes.APP) unknownPackets++;
    else {
      const packet = end < 0 ? undefined : parsePacket(bytes, type, offset, end);
      if (packet) packets.push(packet);
      else malformedPackets++;
    }
    offset = next;
  }
  const firstType = bytes[1];
  const startsWithReport = count > 0 && (firstType === rtcpPacketTypes.SR || firstType === rtcpPacketTypes.RR);
  return { packets, startsWithReport, unknownPackets, malformedPackets, truncated: offset < bytes.length };
}

/** Where the packet's content ends, or −1 when its padding count cannot be. */
function withoutPadding(bytes: Buffer, offset: number, next: number): number {
  if ((bytes[offset]! & 0x20) === 0) return next;
  const padding = bytes[next - 1]!;
  return padding === 0 || padding > next - offset - 4 ? -1 : next - padding;
}

function parsePacket(bytes: Buffer, type: number, offset: number, end: number): RtcpPacket | undefined {
  const count = bytes[offset]! & 0x1f;
  switch (type) {
    case rtcpPacketTypes.SR:
      return parseSenderReport(bytes, count, offset, end);
    case rtcpPacketTypes.RR: {
      const reportBlocks = parseReportBlocks(bytes, count, offset + 8, end);
      return reportBlocks && { type: "RR", ssrc: bytes.readUInt32BE(offset + 4), reportBlocks };
    }
    case rtcpPacketTypes.SDES:
      return parseSourceDescription(bytes, count, offset + 4, end);
    case rtcpPacketTypes.BYE:
      return parseGoodbye(bytes, count, offset + 4, end);
    default:
      return parseApplicationDefined(bytes, count, offset, end);
  }
}

function parseSenderReport(bytes: Buffer, count: number, offset: number, end: number): RtcpPacket | undefined {
  const reportBlocks = parseReportBlocks(bytes, count, offset + 28, end);
  if (!reportBlocks) return undefined;
  return {
    type: "SR",
    ssrc: bytes.readUInt32BE(offset + 4),
    ntpSeconds: bytes.readUInt32BE(offset + 8),
    ntpFraction: bytes.readUInt32BE(offset + 12),
    rtpTimestamp: bytes.readUInt32BE(offset + 16),
    packetCount: bytes.readUInt32BE(offset + 20),
    octetCount: bytes.readUInt32BE(offset + 24),
    reportBlocks,
  };
}

/** Profile-specific extensions may follow the blocks (§6.4.3) and are ignored. */
function parseReportBlocks(bytes: Buffer, count: number, offset: number, end: number): ReportBlock[] | undefined {
  if (offset + 24 * count > end) return undefined;
  const blocks: ReportBlock[] = [];
  for (let at = offset; blocks.length < count; at += 24) {
    blocks.push({
      ssrc: bytes.readUInt32BE(at),
      fractionLost: bytes[at + 4]!,
      cumulativeLost: bytes.readIntBE(at + 5, 3),
      extendedHighestSequenceNumber: bytes.readUInt32BE(at + 8),
      jitter: bytes.readUInt32BE(at + 12),
      lastSenderReport: bytes.readUInt32BE(at + 16),
      delaySinceLastSenderReport: bytes.readUInt32BE(at + 20),
    });
  }
  return blocks;
}

function parseSourceDescription(bytes: Buffer, count: number, start: number, end: number): RtcpPacket | undefined {
  const chunks: SdesChunk[] = [];
  let offset = start;
  while (chunks.length < count) {
    if (offset + 4 > end) return undefined;
    const ssrc = bytes.readUInt32BE(offset);
    const items: SdesItem[] = [];
    offset += 4;
    // "The list of items in each chunk MUST be terminated by one or more null octets" (§6.5); the end of the packet is taken for one.
    while (offset < end && bytes[offset] !== 0) {
      const textStart = offset + 2;
      const textEnd = textStart + (bytes[offset + 1] ?? 0);
      if (textStart > end || textEnd > end) return undefined;
      const item = parseItem(bytes, bytes[offset]!, textStart, textEnd);
      if (item) items.push(item);
      offset = textEnd;
    }
    // The next chunk begins on a 32-bit boundary after the null octet.
    offset = start + 4 * (((offset - start) >> 2) + 1);
    chunks.push({ ssrc, items });
  }
  return { type: "SDES", chunks };
}

function parseItem(bytes: Buffer, number: number, start: number, end: number): SdesItem | undefined {
  const name = sdesItemNames[number - 1];
  if (name === undefined) return undefined;
  if (name !== "PRIV") return { name, text: bytes.toString("utf8", start, end) };
  const prefixEnd = start + 1 + (bytes[start] ?? 0);
  if (start === end || prefixEnd > end) return undefined;
  return { name, prefix: bytes.toString("utf8", start + 1, prefixEnd), text: bytes.toString("utf8", prefixEnd, end) };
}

function parseGoodbye(bytes: Buffer, count: number, start: number, end: number): Goodbye | undefined {
  const reasonOffset = start + 4 * count;
  if (reasonOffset > end) return undefined;
  const ssrcs: number[] = [];
  for (let at = start; at < reasonOffset; at += 4) ssrcs.push(bytes.readUInt32BE(at));
  if (reasonOffset === end) return { type: "BYE", ssrcs };
  const reasonEnd = reasonOffset + 1 + bytes[reasonOffset]!;
  // The reason is for people; one that does not fit takes nothing from the goodbye.
  return reasonEnd > end ? { type: "BYE", ssrcs } : { type: "BYE", ssrcs, reason: bytes.toString("utf8", reasonOffset + 1, reasonEnd) };
}

function parseApplicationDefined(bytes: Buffer, subtype: number, offset: number, end: number): ApplicationDefined | undefined {
  if (offset + 12 > end) return undefined;
  const name = bytes.toString("latin1", offset + 8, offset + 12);
  return { type: "APP", subtype, ssrc: bytes.readUInt32BE(offset + 4), name, data: bytes.subarray(offset + 12, end) };
}
