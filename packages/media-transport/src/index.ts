export { MediaTransportError, type MediaTransportErrorCode } from "./media-transport-error.ts";
export {
  defaultRtpPorts,
  RtpPortAllocator,
  type OpenRtpPortsOptions,
  type RtpPortAllocatorOptions,
  type RtpPorts,
} from "./rtp-port-allocator.ts";
export { RtpTransport, type RtpTransportOptions, type RtpTransportUser } from "./rtp-transport.ts";
export type { RtpTransportStats } from "./rtp-transport-stats.ts";
export type { RemoteMedia } from "./remote-media.ts";
export type { SendSlot } from "./send-slot.ts";
export type { PacketProtection } from "./packet-protection.ts";
export type { DropReason, MediaTrace } from "./media-trace.ts";
export { SourceLatch, type LatchVerdict } from "./source-latch.ts";
export type { PublicMediaAddress } from "./stun-ports.ts";
export { isStunServer, PublicAddressFinder, type PublicAddressOutcome } from "./public-address-finder.ts";
