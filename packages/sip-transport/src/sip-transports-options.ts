import { defaultLimits, type SipLimits } from "@sidetone/sip-core";
import type { TlsOptions } from "./tls-options.ts";
import type { WebSocketOptions } from "./web-socket-options.ts";

/** How the SIP transports bound what peers can make them hold, how long they wait, and whom they trust. */
export interface SipTransportsOptions {
  /** What a received message may be like. */
  readonly limits?: SipLimits;
  /** Kernel buffer asked for per UDP socket and direction; a warning is logged when much less is granted. Default 4 MiB. */
  readonly udpBufferBytes?: number;
  /** Remote addresses remembered per UDP socket. Default 16,384. */
  readonly udpFlows?: number;
  /** How long to wait for a connection to come up, handshakes included. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** A connection without a message for so long is closed; more than the longest ringing (RFC 3261 §18). Default 600,000. */
  readonly idleTimeoutMs?: number;
  /** How long a message on a stream may take to arrive once it has begun. Default 32,000. */
  readonly messageTimeoutMs?: number;
  /** How long a peer that has connected may take to bring its first message, handshakes included. Default 32,000. */
  readonly firstMessageTimeoutMs?: number;
  /** Bytes waiting to be sent on one connection; a peer that reads slower is disconnected. Default 4 MiB. */
  readonly queuedBytes?: number;
  /** Connections that peers may have open at a time over all streams; more are refused. Default 10,000. */
  readonly inboundConnections?: number;
  /** Answers of the name service kept for their time; the one not used for longest makes room. Default 1,024. */
  readonly nameAnswers?: number;
  /** The same for the peers of one IPv4 address or one IPv6 /64 network, which may be many behind a NAT. Default 2,000. */
  readonly connectionsPerAddress?: number;
  /** Of these, connections from which no message has come yet; for one more, the oldest of them is closed. Default 2,000. */
  readonly halfOpenConnections?: number;
  /** Certificates and trust of TLS and WSS. Default: no certificate, and the authorities that come with Node. */
  readonly tls?: TlsOptions;
  readonly webSocket?: WebSocketOptions;
}

/** The options with every default in its place. */
export type FilledTransportsOptions = Required<Omit<SipTransportsOptions, "tls" | "webSocket">>;

/** What {@link SipTransportsOptions} says about streams that peers open. */
export type StreamLimits = Pick<
  FilledTransportsOptions,
  "inboundConnections" | "connectionsPerAddress" | "halfOpenConnections" | "firstMessageTimeoutMs"
>;

export const defaultTransportOptions: FilledTransportsOptions = {
  limits: defaultLimits,
  udpBufferBytes: 4 * 2 ** 20,
  udpFlows: 16_384,
  connectTimeoutMs: 5000,
  idleTimeoutMs: 600_000,
  messageTimeoutMs: 32_000,
  firstMessageTimeoutMs: 32_000,
  queuedBytes: 4 * 2 ** 20,
  inboundConnections: 10_000,
  nameAnswers: 1024,
  connectionsPerAddress: 2000,
  halfOpenConnections: 2000,
};
