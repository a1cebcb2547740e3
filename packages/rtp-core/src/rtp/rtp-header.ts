/**
 * Writes the fixed RTP header (RFC 3550 §5.1) without CSRCs, extension or padding to the first 12 bytes of `target`.
 *
 * Numbers are cut to their width on the wire: sequence number 16 bits, timestamp and SSRC 32.
 *
 * @returns 12, where the payload goes.
 */
export function writeRtpHeader(
  target: Uint8Array,
  payloadType: number,
  marker: boolean,
  sequenceNumber: number,
  timestamp: number,
  ssrc: number,
): number {
  target[0] = 0x80;
  target[1] = marker ? 0x80 | payloadType : payloadType & 0x7f;
  target[2] = sequenceNumber >>> 8;
  target[3] = sequenceNumber;
  target[4] = timestamp >>> 24;
  target[5] = timestamp >>> 16;
  target[6] = timestamp >>> 8;
  target[7] = timestamp;
  target[8] = ssrc >>> 24;
  target[9] = ssrc >>> 16;
  target[10] = ssrc >>> 8;
  target[11] = ssrc;
  return 12;
}
