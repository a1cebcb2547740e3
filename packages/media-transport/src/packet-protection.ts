/**
 * The seam for SRTP (RFC 3711): every packet of a transport passes here on its way out and in.
 *
 * Works in place, on buffers with room for the overhead. None of the methods throws.
 */
export interface PacketProtection {
  /** Most bytes that `protectRtp` adds. */
  readonly rtpOverheadBytes: number;
  /** Most bytes that `protectRtcp` adds. */
  readonly rtcpOverheadBytes: number;
  /** Protects the RTP packet in the first `length` bytes. Returns the length on the wire, or −1 when it must not be sent. */
  protectRtp(buffer: Buffer, length: number): number;
  protectRtcp(buffer: Buffer, length: number): number;
  /** Checks and decrypts. Returns the length of the plain packet, or −1 when it is forged, replayed or damaged. */
  unprotectRtp(buffer: Buffer, length: number): number;
  unprotectRtcp(buffer: Buffer, length: number): number;
}
