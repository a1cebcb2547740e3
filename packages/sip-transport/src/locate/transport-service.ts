import type { TransportName } from "../transport-name.ts";

/** How a transport is named in URIs and in the domain name system. */
export interface TransportService {
  readonly transport: TransportName;
  /** Value of the URI parameter `transport` (RFC 3261 §25.1, RFC 7118 §5.2). */
  readonly parameter: string;
  /** Service field of its NAPTR records (RFC 3263 §4.1, RFC 7118 §5.5). */
  readonly naptrService: string;
  /** What stands before the domain in the name of its SRV records (RFC 3263 §4.1: `_sips` for what is encrypted). */
  readonly srvPrefix: string;
  readonly isSecure: boolean;
}

/** Every transport of SIP. Which of them are used is what the stack offers. */
// prettier-ignore
export const transportServices: readonly TransportService[] = [
  { transport: "UDP", parameter: "udp", naptrService: "SIP+D2U",  srvPrefix: "_sip._udp",  isSecure: false },
  { transport: "TCP", parameter: "tcp", naptrService: "SIP+D2T",  srvPrefix: "_sip._tcp",  isSecure: false },
  { transport: "TLS", parameter: "tls", naptrService: "SIPS+D2T", srvPrefix: "_sips._tcp", isSecure: true },
  { transport: "WS",  parameter: "ws",  naptrService: "SIP+D2W",  srvPrefix: "_sip._ws",   isSecure: false },
  { transport: "WSS", parameter: "wss", naptrService: "SIPS+D2W", srvPrefix: "_sips._ws",  isSecure: true },
];

const byTransport: ReadonlyMap<TransportName, TransportService> = new Map(transportServices.map((service) => [service.transport, service]));
const byParameter: ReadonlyMap<string, TransportService> = new Map(transportServices.map((service) => [service.parameter, service]));
const byNaptrService: ReadonlyMap<string, TransportService> = new Map(transportServices.map((service) => [service.naptrService, service]));

export function serviceOf(transport: TransportName): TransportService {
  return byTransport.get(transport)!;
}

/** The transport of a NAPTR service field, whose case means nothing (RFC 3403 §4.1). */
export function serviceOfNaptr(service: string): TransportService | undefined {
  return byNaptrService.get(service.toUpperCase());
}

/**
 * The transport that a URI's `transport` parameter means: within `sips` TCP is TLS and WS is WSS (RFC 3261 §26.2.2, RFC 7118 §5.2).
 * Undefined when there is no such transport, or none that `sips` could use: it never goes over UDP.
 */
export function serviceOfParameter(parameter: string, scheme: "sip" | "sips"): TransportService | undefined {
  const service = byParameter.get(parameter.toLowerCase());
  if (!service || scheme === "sip" || service.isSecure) return service;
  return service.transport === "TCP" ? serviceOf("TLS") : service.transport === "WS" ? serviceOf("WSS") : undefined;
}
