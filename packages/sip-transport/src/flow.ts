import type { TransportName } from "./transport-name.ts";

/** A path to one peer over one transport: for UDP a local socket and a remote address, for a stream one connection. */
export interface Flow {
  readonly transport: TransportName;
  /** Whether the transport delivers in order and without loss: transactions then retransmit nothing. */
  readonly reliable: boolean;
  /** Whether the transport is encrypted. */
  readonly secure: boolean;
  /** Numeric and never a wildcard, IPv6 without brackets. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Where the peer reaches this stack, `host:port` for Via and Contact; IPv6 in brackets. */
  readonly sentBy: string;
  /** A closed flow sends nothing more. */
  readonly isClosed: boolean;
  /**
   * Hands one whole message to the network before it returns, and never throws: a failure reaches `SipTransportUser.onFlowFailed` later.
   * The caller may send the same bytes again, and never writes over them.
   */
  send(bytes: Uint8Array): void;
}
