import { addressFamily, normaliseAddress, type AddressFamily, type Network, type ResolvedAddress } from "@sidetone/infra-common";
import type { SipUri } from "@sidetone/sip-core";
import type { Flow } from "./flow.ts";
import type { SipTarget } from "./sip-target.ts";
import { SipTransportError } from "./sip-transport-error.ts";
import { isInvalidHost } from "./transport.ts";
import { defaultPorts, type TransportName } from "./transport-name.ts";

const transportsByParameter: ReadonlyMap<string, TransportName> = new Map([
  ["udp", "UDP"],
  ["tcp", "TCP"],
  ["tls", "TLS"],
  ["ws", "WS"],
  ["wss", "WSS"],
]);

/** What carries a sips URI over the transport that it names: nothing but TLS (RFC 5630 §3.1.3, RFC 7118 §5.2.2). */
const secured: Readonly<Partial<Record<TransportName, TransportName>>> = { TCP: "TLS", TLS: "TLS", WS: "WSS", WSS: "WSS" };

/** What locating needs to know of the stack. */
export interface LocateContext {
  readonly network: Network;
  readonly supports: (transport: TransportName) => boolean;
  readonly reaches: (transport: TransportName, family: AddressFamily) => boolean;
  /** The flow of a peer that goes by a name without an address. */
  readonly flowNamed: (host: string) => Flow | undefined;
}

/** The targets for a SIP URI, best first (RFC 3263 §4), from its parameters, its port and the addresses of its host. */
export async function locate(uri: SipUri, context: LocateContext, signal?: AbortSignal): Promise<readonly SipTarget[]> {
  signal?.throwIfAborted();
  const transport = transportOf(uri, context);
  // "TARGET … if the URI has a maddr parameter" replaces the host (RFC 3263 §4).
  const hostName = uri.maddr ?? uri.host;
  if (isInvalidHost(hostName)) return [targetNamed(hostName, uri, context)];
  const addresses = await addressesOf(hostName, context.network, signal);
  // "If the port is not specified in the URI … the default port" (§4.2)
  const port = uri.port ?? defaultPorts[transport];
  const targets = addresses
    .filter(({ family }) => context.reaches(transport, family))
    .map(({ address }): SipTarget => ({ transport, address, port, hostName }));
  if (targets.length > 0) return targets;
  const found = addresses.map(({ address }) => address).join(", ");
  throw new SipTransportError(
    "SIP_TRANSPORT_NOT_LISTENING",
    `No ${transport} socket of the address family of ${found} is open: call listen() for that family first`,
  );
}

/** Such a name is that of a connection, or of nothing: the name service is not asked (RFC 6761 §6.4). */
function targetNamed(hostName: string, uri: SipUri, { flowNamed }: LocateContext): SipTarget {
  const flow = flowNamed(hostName);
  if (flow && (flow.secure || uri.scheme !== "sips"))
    return { transport: flow.transport, address: flow.remoteAddress, port: flow.remotePort, hostName };
  throw new SipTransportError("SIP_TRANSPORT_NAME_NOT_FOUND", `No connection is open whose peer goes by "${hostName}"`);
}

/** RFC 3263 §4.1: the transport parameter decides; without one, UDP for SIP and TLS for SIPS. */
function transportOf(uri: SipUri, context: LocateContext): TransportName {
  const parameter = uri.transport ?? (uri.scheme === "sips" ? "tls" : "udp");
  const named = transportsByParameter.get(parameter);
  const transport = uri.scheme === "sips" ? named && secured[named] : named;
  if (transport && context.supports(transport)) return transport;
  const asked = transport ?? parameter.toUpperCase();
  throw new SipTransportError(
    "SIP_TRANSPORT_UNSUPPORTED",
    uri.scheme === "sips" && named === "UDP"
      ? `${uri} asks for UDP, which cannot be secure: leave the transport out` // RFC 5630 §3.1.3
      : `${uri} asks for ${asked}, which this stack does not offer: use another transport`,
  );
}

async function addressesOf(host: string, network: Network, signal: AbortSignal | undefined): Promise<readonly ResolvedAddress[]> {
  const family = addressFamily(host);
  if (family) return [{ address: normaliseAddress(host), family }];
  try {
    return await network.lookup(host, signal && { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw new SipTransportError(
      "SIP_TRANSPORT_NAME_NOT_FOUND",
      `No address is known of "${host}": check its spelling and the name service`,
      {
        cause: error,
      },
    );
  }
}
