/** What arrives on a media port, told apart by its first two bytes. */
export type PacketKind = "rtp" | "rtcp" | "stun" | "dtls" | "zrtp" | "turn-channel" | "unknown";

/**
 * Tells the protocols that share a media port apart (RFC 7983 §7, RFC 5761 §4).
 *
 * A kind is a direction to look in, not a proof: the parser of that protocol decides whether the bytes are valid.
 */
export function classifyPacket(data: Uint8Array): PacketKind {
  if (data.length < 2) return "unknown";
  const first = data[0]!;
  if (first >= 128 && first <= 191) {
    // RFC 5761 §4: RTCP packet types 192 to 223 read as marker and payload types 64 to 95, which RTP leaves unused on a shared port.
    const second = data[1]!;
    return second >= 192 && second <= 223 ? "rtcp" : "rtp";
  }
  if (first <= 3) return "stun";
  if (first >= 20 && first <= 63) return "dtls";
  if (first >= 16 && first <= 19) return "zrtp";
  if (first >= 64 && first <= 79) return "turn-channel";
  return "unknown";
}
