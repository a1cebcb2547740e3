import { RtpError } from "../rtp-error.ts";
import { writeRtpHeader } from "./rtp-header.ts";
import { RtpPacketView } from "./rtp-packet-view.ts";

/** An RTP header extension as it stands on the wire (RFC 3550 §5.3.1). */
export interface RtpHeaderExtension {
  /** The 16 bits "defined by profile"; 0xBEDE and 0x100x carry RFC 8285 elements. */
  readonly profile: number;
  /** Filled up with zeros to a multiple of four bytes when written. */
  readonly data: Uint8Array;
}

/** What an {@link RtpPacket} is made from; the rest defaults to absent. */
export interface RtpPacketInit {
  payloadType: number;
  sequenceNumber: number;
  timestamp: number;
  ssrc: number;
  marker?: boolean;
  /** At most 15. */
  csrcs?: readonly number[];
  headerExtension?: RtpHeaderExtension | undefined;
  payload?: Uint8Array;
  /** Bytes of padding to add, 0 … 255, the count byte included. */
  paddingLength?: number;
}

const noCsrcs: readonly number[] = [];
const noPayload = new Uint8Array(0);
const reader = new RtpPacketView();

/** An RTP packet as a value: convenient, one object per packet. Streams use {@link RtpPacketView} and `RtpSender`, which allocate nothing. */
export class RtpPacket implements RtpPacketInit {
  payloadType: number;
  sequenceNumber: number;
  timestamp: number;
  ssrc: number;
  marker: boolean;
  csrcs: readonly number[];
  headerExtension: RtpHeaderExtension | undefined;
  payload: Uint8Array;
  paddingLength: number;

  constructor(init: RtpPacketInit) {
    this.payloadType = init.payloadType;
    this.sequenceNumber = init.sequenceNumber;
    this.timestamp = init.timestamp;
    this.ssrc = init.ssrc;
    this.marker = init.marker ?? false;
    this.csrcs = init.csrcs ?? noCsrcs;
    this.headerExtension = init.headerExtension;
    this.payload = init.payload ?? noPayload;
    this.paddingLength = init.paddingLength ?? 0;
  }

  /**
   * The packet as it goes on the wire (RFC 3550 §5.1), in a buffer of its own.
   *
   * @throws {RtpError} `RTP_PACKET_INVALID` for a payload type over 127, more than 15 CSRCs, padding over 255 or an extension over 256 KiB.
   */
  serialize(): Buffer {
    const { csrcs, headerExtension, payload, paddingLength } = this;
    const extensionWords = headerExtension === undefined ? 0 : (headerExtension.data.length + 3) >> 2;
    if ((this.payloadType & ~0x7f) !== 0 || csrcs.length > 15 || (paddingLength & ~0xff) !== 0 || extensionWords > 0xffff) {
      throw new RtpError(
        "RTP_PACKET_INVALID",
        `not an RTP packet: payload type ${this.payloadType}, ${csrcs.length} CSRCs, padding ${paddingLength}`,
      );
    }
    const payloadOffset = 12 + 4 * csrcs.length + (headerExtension === undefined ? 0 : 4 + 4 * extensionWords);
    const packet = Buffer.allocUnsafe(payloadOffset + payload.length + paddingLength);
    writeRtpHeader(packet, this.payloadType, this.marker, this.sequenceNumber, this.timestamp, this.ssrc);
    if (payloadOffset !== 12) this.#writeVariableHeader(packet, extensionWords);
    packet.set(payload, payloadOffset);
    if (paddingLength > 0) {
      packet[0]! |= 0x20;
      packet.fill(0, payloadOffset + payload.length);
      packet[packet.length - 1] = paddingLength;
    }
    return packet;
  }

  #writeVariableHeader(packet: Buffer, extensionWords: number): void {
    packet[0]! |= this.csrcs.length;
    let offset = 12;
    for (const csrc of this.csrcs) offset = packet.writeUInt32BE(csrc >>> 0, offset);
    const { headerExtension } = this;
    if (headerExtension === undefined) return;
    packet[0]! |= 0x10;
    offset = packet.writeUInt16BE(headerExtension.profile & 0xffff, offset);
    offset = packet.writeUInt16BE(extensionWords, offset);
    packet.set(headerExtension.data, offset);
    packet.fill(0, offset + headerExtension.data.length, offset + 4 * extensionWords);
  }
}

/**
 * Reads an RTP packet (RFC 3550 §5.1); undefined when the bytes are none. Never throws.
 *
 * Payload and header extension are views of `buffer`, not copies.
 */
export function parseRtp(buffer: Uint8Array): RtpPacket | undefined {
  if (!reader.reset(buffer)) return undefined;
  const { payloadType, sequenceNumber, timestamp, ssrc, marker, paddingLength, csrcCount, extensionProfile: profile } = reader;
  const payload = reader.payload();
  const packet = new RtpPacket({ payloadType, sequenceNumber, timestamp, ssrc, marker, paddingLength, payload });
  if (csrcCount > 0) packet.csrcs = Array.from({ length: csrcCount }, (_, index) => reader.csrc(index));
  if (profile >= 0) {
    const { extensionOffset, extensionLength } = reader;
    packet.headerExtension = { profile, data: buffer.subarray(extensionOffset, extensionOffset + extensionLength) };
  }
  // The shared reader must not hold on to the datagram.
  reader.reset(emptyPacket);
  return packet;
}

const emptyPacket = Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
