import type { RtpRejection } from "@sidetone/rtp-core";

/** Plain figures of an `RtpTransport`. Counts are packets since it was opened. */
export interface RtpTransportStats {
  readonly rtpSent: number;
  readonly rtcpSent: number;
  /** STUN indications that kept bindings of NATs open. */
  readonly keepAlivesSent: number;
  /** Heard from the source that counts, and handed on. */
  readonly rtpReceived: number;
  readonly rtcpReceived: number;
  /** Whole datagrams, without IP and UDP headers. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Not from the source that counts: dropped. */
  readonly foreignPackets: number;
  /** Before an SDP said where media come from: dropped. */
  readonly earlyPackets: number;
  /** From sources that had not shown enough packets in sequence yet: dropped. */
  readonly unprovenPackets: number;
  /** Neither RTP nor RTCP, or damaged: dropped. */
  readonly malformedPackets: number;
  /** Damaged RTP by what was wrong. */
  readonly rtpRejections: Readonly<Partial<Record<RtpRejection, number>>>;
  /** Refused by the packet protection: dropped. */
  readonly unauthenticatedPackets: number;
  /** STUN, DTLS and the like. */
  readonly otherPackets: number;
  /** Not sent because the network held too many packets of ours already. */
  readonly sendOverruns: number;
  /** Errors that the system reported for earlier packets. */
  readonly socketErrors: number;
  /** How often the source that counts has changed. */
  readonly latches: number;
  /** As the system granted them; undefined where there are none. */
  readonly receiveBufferBytes: number | undefined;
  readonly sendBufferBytes: number | undefined;
}

/** The counters behind {@link RtpTransportStats}. */
export class RtpTransportCounters {
  // Those of every packet first, side by side.
  rtpSent = 0;
  bytesSent = 0;
  rtpReceived = 0;
  bytesReceived = 0;
  rtcpSent = 0;
  rtcpReceived = 0;
  keepAlivesSent = 0;
  foreignPackets = 0;
  earlyPackets = 0;
  unprovenPackets = 0;
  malformedPackets = 0;
  readonly rtpRejections: Partial<Record<RtpRejection, number>> = {};
  unauthenticatedPackets = 0;
  otherPackets = 0;
  sendOverruns = 0;
  socketErrors = 0;
  latches = 0;

  countRejection(reason: RtpRejection): void {
    this.rtpRejections[reason] = (this.rtpRejections[reason] ?? 0) + 1;
  }
}
