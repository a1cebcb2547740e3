import type { Environment } from "@sidetone/infra-common";
import type { MemoryHub } from "./memory-hub.ts";
import { MemoryTransport } from "./memory-transport.ts";
import { TlsCarrier } from "./node/tls-carrier.ts";
import { TlsCredentials } from "./node/tls-credentials.ts";
import { WebSocketCarrier } from "./node/web-socket-carrier.ts";
import { SipTransportStack } from "./sip-transport-stack.ts";
import type { SipTransports } from "./sip-transports.ts";
import type { SipTransportsOptions } from "./sip-transports-options.ts";
import { StreamTransport } from "./stream-transport.ts";
import { TcpCarrier } from "./tcp-carrier.ts";
import { UdpTransport } from "./udp-transport.ts";

/**
 * SIP over UDP, TCP, TLS, WS and WSS on the environment's network. Opens nothing before `listen` or `flowTo`; the caller closes it.
 *
 * @throws {SipTransportError} `SIP_TRANSPORT_TLS_OPTIONS` when certificates, keys or authorities of `options.tls` cannot be read.
 */
export function createSipTransports(environment: Environment, options: SipTransportsOptions = {}): SipTransports {
  const credentials = new TlsCredentials(environment, options.tls);
  const webSocket = options.webSocket ?? {};
  return new SipTransportStack(environment, options, [
    (context) => new UdpTransport(context),
    (context) => new StreamTransport(context, new TcpCarrier(environment.network, context.admission)),
    (context) => new StreamTransport(context, new TlsCarrier("TLS", environment.network, context.admission, credentials)),
    (context) => new StreamTransport(context, new WebSocketCarrier("WS", context, webSocket)),
    (context) => new StreamTransport(context, new WebSocketCarrier("WSS", context, webSocket, credentials)),
  ]);
}

/** SIP between the user agents of one process, which share `hub` and use no sockets. Via says UDP or TCP, as `listen` and the URIs do. */
export function createMemoryTransports(environment: Environment, hub: MemoryHub, options: SipTransportsOptions = {}): SipTransports {
  return new SipTransportStack(environment, options, [
    (context) => new MemoryTransport("UDP", context, hub),
    (context) => new MemoryTransport("TCP", context, hub),
  ]);
}
