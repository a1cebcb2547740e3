import { addressFamily, formatHostPort, isMulticast, isWildcard, parseHostPort } from "@sidetone/infra-common";
import type { SipResponse } from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";
import { OutboundFlows } from "./outbound-flows.ts";

/** Servers that an address is remembered for; the oldest go first. */
const capacity = 1_000;

/** Host of Contact where it is configured for an account: a NAT that maps to us for good. Undefined: as the flow, or the server, says. */
export type ContactHost = (accountId: string | undefined) => string | undefined;

/**
 * Where this user agent is reached by a server that sees it under another address than its own socket does: behind a NAT
 * (RFC 3581 §4). Contact names it in everything that goes to that server.
 */
export class OwnAddresses {
  readonly outbound: OutboundFlows = new OutboundFlows();
  readonly #learned = new Map<string, string>();
  readonly #contactHost: ContactHost | undefined;

  constructor(contactHost?: ContactHost) {
    this.#contactHost = contactHost;
  }

  /** `host:port` for Contact. */
  of(flow: Flow, accountId: string | undefined): string {
    const host = this.#contactHost?.(accountId);
    if (host !== undefined && !isWebSocket(flow)) return formatHostPort(host, parseHostPort(flow.sentBy)?.port);
    return (this.#learned.size > 0 ? this.#learned.get(keyOf(flow)) : undefined) ?? flow.sentBy;
  }

  /** Under which host the server at this numeric address sees us, where it is another than our socket's. */
  hostSeenBy(remoteAddress: string): string | undefined {
    for (const [key, seen] of this.#learned) if (key.endsWith(` ${remoteAddress}`)) return parseHostPort(seen)?.host;
    return undefined;
  }

  /** Whether a server has told us this `host:port`. */
  isLearned(hostPort: string): boolean {
    return [...this.#learned.values()].includes(hostPort);
  }

  /** Takes `received` and `rport` of the topmost Via, which the server wrote (RFC 3261 §18.2.1, RFC 3581 §4). */
  learn(flow: Flow, response: SipResponse): void {
    const key = keyOf(flow);
    this.#learned.delete(key);
    // Over a WebSocket nobody is reached under an address (RFC 7118 §5.2).
    if (isWebSocket(flow)) return;
    const { host, received = host, rport } = response.topVia;
    if (!addressFamily(received) || isWildcard(received) || isMulticast(received)) return;
    // Without a NAT nobody listens at the port that a connection was opened from: that of the listening point is right.
    if (flow.reliable && received === flow.localAddress) return;
    const seen = formatHostPort(received, typeof rport === "number" ? rport : flow.localPort);
    if (seen === flow.sentBy) return;
    this.#learned.set(key, seen);
    if (this.#learned.size > capacity) for (const oldest of this.#learned.keys()) return void this.#learned.delete(oldest);
  }
}

function isWebSocket({ transport }: Flow): boolean {
  return transport === "WS" || transport === "WSS";
}

function keyOf({ transport, sentBy, remoteAddress }: Flow): string {
  return `${transport} ${sentBy} ${remoteAddress}`;
}
