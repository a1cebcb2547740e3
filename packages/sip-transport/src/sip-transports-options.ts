import { defaultLimits, type SipLimits } from "@sidetone/sip-core";

/** How the SIP transports bound what peers can make them hold, and how long they wait. */
export interface SipTransportsOptions {
  /** What a received message may be like. */
  readonly limits?: SipLimits;
  /** Kernel buffer asked for per UDP socket and direction; a warning is logged when much less is granted. Default 4 MiB. */
  readonly udpBufferBytes?: number;
  /** Remote addresses remembered per UDP socket. Default 16,384. */
  readonly udpFlows?: number;
  /** How long to wait for a connection to come up. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** A connection without a message for so long is closed; more than the longest ringing (RFC 3261 §18). Default 600,000. */
  readonly idleTimeoutMs?: number;
  /** How long a message on a stream may take to arrive once it has begun. Default 32,000. */
  readonly messageTimeoutMs?: number;
  /** Bytes waiting to be sent on one connection; a peer that reads slower is disconnected. Default 4 MiB. */
  readonly queuedBytes?: number;
  /** Connections that peers may have open at a time; more are refused. Default 10,000. */
  readonly inboundConnections?: number;
}

export const defaultTransportOptions: Required<SipTransportsOptions> = {
  limits: defaultLimits,
  udpBufferBytes: 4 * 2 ** 20,
  udpFlows: 16_384,
  connectTimeoutMs: 5000,
  idleTimeoutMs: 600_000,
  messageTimeoutMs: 32_000,
  queuedBytes: 4 * 2 ** 20,
  inboundConnections: 10_000,
};
