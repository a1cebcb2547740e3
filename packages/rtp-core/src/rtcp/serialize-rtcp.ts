import { RtpError } from "../rtp-error.ts";
import { rtcpPacketTypes, sdesItemNames, type ReportBlock, type RtcpPacket, type SdesChunk, type SdesItem } from "./rtcp-packet.ts";

/**
 * Writes packets as one compound RTCP packet, in order (RFC 3550 §6.1). Without padding.
 *
 * The caller sees to it that a compound begins with SR or RR and carries a CNAME; `RtcpSession` does.
 *
 * @throws {RtpError} `RTCP_PACKET_INVALID` for more than 31 blocks, chunks or SSRCs, a text over 255 bytes, or an APP name that is not four ASCII characters.
 */
export function serializeRtcp(packets: readonly RtcpPacket[]): Buffer {
  return Buffer.concat(packets.map(serializePacket));
}

function serializePacket(packet: RtcpPacket): Buffer {
  switch (packet.type) {
    case "SR": {
      const bytes = allocate("SR", packet.reportBlocks.length, 28 + 24 * packet.reportBlocks.length);
      writeWords(bytes, 4, [
        packet.ssrc,
        packet.ntpSeconds,
        packet.ntpFraction,
        packet.rtpTimestamp,
        packet.packetCount,
        packet.octetCount,
      ]);
      writeReportBlocks(bytes, 28, packet.reportBlocks);
      return bytes;
    }
    case "RR": {
      const bytes = allocate("RR", packet.reportBlocks.length, 8 + 24 * packet.reportBlocks.length);
      writeWords(bytes, 4, [packet.ssrc]);
      writeReportBlocks(bytes, 8, packet.reportBlocks);
      return bytes;
    }
    case "SDES": {
      const chunks = packet.chunks.map(serializeChunk);
      const bytes = allocate(
        "SDES",
        chunks.length,
        chunks.reduce((sum, chunk) => sum + chunk.length, 4),
      );
      bytes.set(Buffer.concat(chunks), 4);
      return bytes;
    }
    case "BYE": {
      const reason = packet.reason === undefined ? undefined : text("BYE reason", packet.reason);
      const reasonOffset = 4 + 4 * packet.ssrcs.length;
      const bytes = allocate(
        "BYE",
        packet.ssrcs.length,
        reasonOffset + (reason === undefined ? 0 : 4 * Math.ceil((1 + reason.length) / 4)),
      );
      writeWords(bytes, 4, packet.ssrcs);
      if (reason !== undefined) bytes.set(reason, bytes.writeUInt8(reason.length, reasonOffset));
      return bytes;
    }
    case "APP": {
      if (!/^[\x20-\x7e]{4}$/.test(packet.name)) throw invalid(`APP name ${JSON.stringify(packet.name)} is not four ASCII characters`);
      const bytes = allocate("APP", packet.subtype, 12 + 4 * Math.ceil(packet.data.length / 4));
      writeWords(bytes, 4, [packet.ssrc]);
      bytes.write(packet.name, 8, "latin1");
      bytes.set(packet.data, 12);
      return bytes;
    }
  }
}

/** Zeros with the common header in front. */
function allocate(type: keyof typeof rtcpPacketTypes, count: number, length: number): Buffer {
  if ((count & ~0x1f) !== 0) throw invalid(`${type} with count ${count}; at most 31 fit`);
  if (length > 0x40000) throw invalid(`${type} of ${length} bytes`);
  const bytes = Buffer.alloc(length);
  bytes[0] = 0x80 | count;
  bytes[1] = rtcpPacketTypes[type];
  bytes.writeUInt16BE(length / 4 - 1, 2);
  return bytes;
}

function writeWords(bytes: Buffer, offset: number, words: readonly number[]): number {
  for (const word of words) offset = bytes.writeUInt32BE(word >>> 0, offset);
  return offset;
}

function writeReportBlocks(bytes: Buffer, offset: number, blocks: readonly ReportBlock[]): void {
  for (const block of blocks) {
    offset = writeWords(bytes, offset, [
      block.ssrc,
      ((block.fractionLost & 0xff) << 24) | (block.cumulativeLost & 0xffffff),
      block.extendedHighestSequenceNumber,
      block.jitter,
      block.lastSenderReport,
      block.delaySinceLastSenderReport,
    ]);
  }
}

function serializeChunk({ ssrc, items }: SdesChunk): Buffer {
  const parts = items.map(serializeItem);
  const length = parts.reduce((sum, part) => sum + part.length, 4);
  // At least one null octet ends the list, and more fill up the word (§6.5).
  const bytes = Buffer.alloc(4 * Math.floor(length / 4 + 1));
  bytes.writeUInt32BE(ssrc >>> 0, 0);
  bytes.set(Buffer.concat(parts), 4);
  return bytes;
}

function serializeItem(item: SdesItem): Buffer {
  const number = sdesItemNames.indexOf(item.name) + 1;
  if (number === 0) throw invalid(`SDES item ${JSON.stringify(item.name)} is not defined`);
  let value = text(item.name, item.text);
  if (item.name === "PRIV") {
    const prefix = text("PRIV prefix", item.prefix ?? "");
    value = Buffer.concat([Buffer.of(prefix.length), prefix, value]);
    if (value.length > 255) throw invalid(`PRIV item of ${value.length} bytes; at most 255 fit`);
  }
  return Buffer.concat([Buffer.of(number, value.length), value]);
}

function text(what: string, value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  if (bytes.length > 255) throw invalid(`${what} of ${bytes.length} bytes; at most 255 fit`);
  return bytes;
}

function invalid(message: string): RtpError {
  return new RtpError("RTCP_PACKET_INVALID", message);
}
