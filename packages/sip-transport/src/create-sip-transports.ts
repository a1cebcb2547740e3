import type { Environment } from "@sidetone/infra-common";
import type { MemoryHub } from "./memory-hub.ts";
import { MemoryTransport } from "./memory-transport.ts";
import { SipTransportStack } from "./sip-transport-stack.ts";
import type { SipTransports } from "./sip-transports.ts";
import type { SipTransportsOptions } from "./sip-transports-options.ts";
import { StreamTransport } from "./stream-transport.ts";
import { UdpTransport } from "./udp-transport.ts";

/** SIP over UDP and TCP on the environment's network. Opens nothing before `listen` or `flowTo`; the caller closes it. */
export function createSipTransports(environment: Environment, options: SipTransportsOptions = {}): SipTransports {
  return new SipTransportStack(environment, options, [(context) => new UdpTransport(context), (context) => new StreamTransport(context)]);
}

/** SIP between the user agents of one process, which share `hub` and use no sockets. Via says UDP or TCP, as `listen` and the URIs do. */
export function createMemoryTransports(environment: Environment, hub: MemoryHub, options: SipTransportsOptions = {}): SipTransports {
  return new SipTransportStack(environment, options, [
    (context) => new MemoryTransport("UDP", context, hub),
    (context) => new MemoryTransport("TCP", context, hub),
  ]);
}
