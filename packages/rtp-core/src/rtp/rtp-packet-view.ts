/** Why bytes are not an RTP packet (RFC 3550 Appendix A.1). */
export type RtpRejection = "tooShort" | "version" | "payloadType" | "csrc" | "headerExtension" | "padding";

const emptyBuffer = new Uint8Array(0);

/**
 * Reads an RTP packet in place (RFC 3550 §5.1). One view is pointed at packet after packet, so that reading allocates nothing.
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                           timestamp                           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |           synchronization source (SSRC) identifier            |
 * +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
 * |            contributing source (CSRC) identifiers             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * ```
 *
 * The fields hold the packet of the last {@link reset} that returned true. Treat them as read-only.
 */
export class RtpPacketView {
  /** The datagram, as given to {@link reset}. */
  buffer: Uint8Array = emptyBuffer;
  marker = false;
  /** 0 … 127. */
  payloadType = 0;
  sequenceNumber = 0;
  timestamp = 0;
  ssrc = 0;
  csrcCount = 0;
  /** "Defined by profile" of the header extension (0xBEDE: one-byte elements, RFC 8285), or -1 without one. */
  extensionProfile = -1;
  /** Where the header extension's data begins in {@link buffer}, after its four bytes of header. */
  extensionOffset = 0;
  /** Bytes of header extension data. */
  extensionLength = 0;
  payloadOffset = 0;
  /** Bytes of payload, without padding. */
  payloadLength = 0;
  /** Bytes of padding at the end, its count byte included; 0 without. */
  paddingLength = 0;
  /** Why the last {@link reset} returned false; undefined when it returned true. */
  rejection: RtpRejection | undefined = undefined;

  /**
   * Points the view at the first `length` bytes of `buffer`. Never throws.
   *
   * @returns false, with {@link rejection} set and the other fields unspecified, when the bytes are not a valid RTP packet.
   */
  reset(buffer: Uint8Array, length: number = buffer.length): boolean {
    if (length < 12) return this.#reject("tooShort");
    const first = buffer[0]!;
    if (first >> 6 !== 2) return this.#reject("version");
    const second = buffer[1]!;
    const payloadType = second & 0x7f;
    // The payload type must not be equal to SR or RR (A.1); 72 to 76 are reserved for that reason (RFC 3551 §6).
    if (payloadType >= 72 && payloadType <= 76) return this.#reject("payloadType");
    this.buffer = buffer;
    this.marker = second > 0x7f;
    this.payloadType = payloadType;
    this.sequenceNumber = (buffer[2]! << 8) | buffer[3]!;
    this.timestamp = ((buffer[4]! << 24) | (buffer[5]! << 16) | (buffer[6]! << 8) | buffer[7]!) >>> 0;
    this.ssrc = ((buffer[8]! << 24) | (buffer[9]! << 16) | (buffer[10]! << 8) | buffer[11]!) >>> 0;
    this.rejection = undefined;
    // Version 2 and nothing else in the first byte: the packets of nearly every telephone.
    if (first === 0x80) {
      this.csrcCount = 0;
      this.extensionProfile = -1;
      this.extensionLength = 0;
      this.payloadOffset = 12;
      this.payloadLength = length - 12;
      this.paddingLength = 0;
      return true;
    }
    return this.#readVariableParts(buffer, length, first);
  }

  /** The contributing source at `index` < {@link csrcCount}. */
  csrc(index: number): number {
    const { buffer } = this;
    const at = 12 + 4 * index;
    return ((buffer[at]! << 24) | (buffer[at + 1]! << 16) | (buffer[at + 2]! << 8) | buffer[at + 3]!) >>> 0;
  }

  /** The payload as a view of {@link buffer}, not a copy. */
  payload(): Uint8Array {
    return this.buffer.subarray(this.payloadOffset, this.payloadOffset + this.payloadLength);
  }

  #readVariableParts(buffer: Uint8Array, length: number, first: number): boolean {
    this.csrcCount = first & 0x0f;
    let offset = 12 + 4 * this.csrcCount;
    if (offset > length) return this.#reject("csrc");
    this.extensionProfile = -1;
    this.extensionLength = 0;
    if ((first & 0x10) !== 0) {
      if (offset + 4 > length) return this.#reject("headerExtension");
      this.extensionProfile = (buffer[offset]! << 8) | buffer[offset + 1]!;
      this.extensionLength = 4 * ((buffer[offset + 2]! << 8) | buffer[offset + 3]!);
      this.extensionOffset = offset + 4;
      offset = this.extensionOffset + this.extensionLength;
      if (offset > length) return this.#reject("headerExtension");
    }
    this.paddingLength = 0;
    if ((first & 0x20) !== 0) {
      // "The last octet of the padding contains a count of how many padding octets should be ignored, including itself" (§5.1).
      // A packet of nothing but padding is legal: bandwidth probes are.
      const count = offset < length ? buffer[length - 1]! : 0;
      if (count === 0 || count > length - offset) return this.#reject("padding");
      this.paddingLength = count;
    }
    this.payloadOffset = offset;
    this.payloadLength = length - offset - this.paddingLength;
    return true;
  }

  #reject(reason: RtpRejection): false {
    this.rejection = reason;
    return false;
  }
}
