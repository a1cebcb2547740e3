import type { SocketAddress } from "@sidetone/infra-common";
import type { Flow } from "../flow.ts";
import type { SipTransportError } from "../sip-transport-error.ts";

/** Who needs a flow to stay, and hears when it does not. One object may serve many; nothing here may throw. */
export interface KeepAliveUser {
  /**
   * The flow has failed, and nothing more is sent: its connection ended (`SIP_TRANSPORT_CONNECTION_LOST` and others), the peer answered no
   * keep-alive (`SIP_TRANSPORT_KEEP_ALIVE_FAILED`), or a NAT has given it another address (`SIP_TRANSPORT_MAPPING_CHANGED`). Once.
   */
  onFlowLost(keepAlive: KeepAlive, error: SipTransportError): void;
}

export interface KeepAliveOptions {
  readonly user: KeepAliveUser;
  /**
   * Whether the peer has agreed to answer, by outbound (RFC 5626 §4.4) or `keep` (RFC 6223 §4). Over UDP it is sent STUN then, else line
   * ends, which nobody answers. On a stream it is sent pings in any case; without an agreement a missing pong counts only after a first one
   * has come. A WebSocket peer has agreed by being one (RFC 6455 §5.5.2). Default false.
   */
  readonly isAgreed?: boolean;
  /** Sends nothing, and only hears when the flow fails. Default false. */
  readonly isSilent?: boolean;
  /**
   * Longest time between two keep-alives, in milliseconds; each time between 80 and 100 % of it are chosen at random (RFC 5626 §4.4). Of
   * several users of one flow the shortest counts. Default 19,000 where an answer is awaited, so that a dead flow is known within 30 s; 25,000
   * for line ends over UDP.
   */
  readonly intervalMs?: number;
}

/** Keeps one flow open for one user, until it is closed or the flow has failed. */
export interface KeepAlive extends Disposable {
  readonly flow: Flow;
  /** As asked for. */
  readonly isAgreed: boolean;
  readonly intervalMs: number | undefined;
  /** Whether the peer answers, so that a dead flow is noticed: it has agreed to, or it was found to. */
  readonly isAnswered: boolean;
  /** Address of the flow as the peer sees it, where STUN has told. */
  readonly mappedAddress: SocketAddress | undefined;
  /** Keeps the flow alive for this user no more. The flow stays open. Idempotent. */
  close(): void;
}
