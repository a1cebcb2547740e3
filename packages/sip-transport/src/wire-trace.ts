import { formatHostPort, sipTraceChannel, type Clock } from "@sidetone/infra-common";
import { serializeMessage, type SipMessage } from "@sidetone/sip-core";
import type { Flow } from "./flow.ts";

/** What is published on the diagnostics channel `sidetone:sip` for each message. Secrets are in it: who shows it removes them. */
export interface WireRecord {
  readonly direction: "sent" | "received" | "dropped";
  readonly transport: string;
  /** `host:port`, IPv6 in brackets. */
  readonly local: string;
  readonly remote: string;
  readonly bytes: Uint8Array;
  /** Monotonic time of the environment's clock, in milliseconds. */
  readonly timeMs: number;
  /** Why a message that arrived was dropped. */
  readonly reason?: string;
}

type Direction = WireRecord["direction"];

/** Publishes a message, given as its bytes or, where a stream brought it in pieces, as itself. Costs one comparison while nobody listens. */
export function traceMessage(direction: Direction, flow: Flow, message: Uint8Array | SipMessage, clock: Clock, reason?: string): void {
  if (sipTraceChannel.hasSubscribers) publish(direction, flow, message, clock, reason);
}

function publish(direction: Direction, flow: Flow, message: Uint8Array | SipMessage, clock: Clock, reason: string | undefined): void {
  const record: WireRecord = {
    direction,
    transport: flow.transport,
    local: formatHostPort(flow.localAddress, flow.localPort),
    remote: formatHostPort(flow.remoteAddress, flow.remotePort),
    bytes: message instanceof Uint8Array ? message : serializeMessage(message),
    timeMs: clock.now(),
    ...(reason !== undefined && { reason }),
  };
  sipTraceChannel.publish(record);
}
