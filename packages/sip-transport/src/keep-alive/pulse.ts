import type { SocketAddress } from "@sidetone/infra-common";
import type { SipTransportError } from "../sip-transport-error.ts";

/** How long an answer may take: "If the client does not receive a pong within 10 seconds …, it MUST treat the flow as failed" (RFC 5626 §4.4.1). */
export const answerTimeoutMs = 10_000;

/** What the users of a flow want together. */
export interface PulsePlan {
  readonly isAgreed: boolean;
  /** Undefined: the pulse's own. */
  readonly intervalMs: number | undefined;
}

/** Hears of a dead flow. */
export interface PulseUser {
  onDead(error: SipTransportError): void;
}

/** The keep-alives of one flow, of one kind. */
export interface Pulse {
  /** Whether the peer answers. */
  readonly isAnswered: boolean;
  readonly mappedAddress?: SocketAddress | undefined;
  /** Begins, or goes on in another way. */
  follow(plan: PulsePlan): void;
  /** Sends one now. Does nothing while an answer is awaited. */
  checkNow(): void;
  stop(): void;
}
