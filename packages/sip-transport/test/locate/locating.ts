import type { AddressFamily } from "@sidetone/infra-common";
import { SipUri } from "@sidetone/sip-core";
import type { SipTarget, TransportName } from "@sidetone/sip-transport";
import { virtualEnvironment, type VirtualEnvironment } from "@sidetone/testkit";
import type { LocateContext } from "../../src/locate/locate-context.ts";
import { explainLocation, locate } from "../../src/locate/locate.ts";
import { NameCache } from "../../src/locate/name-cache.ts";
import { SecureDomains } from "../../src/locate/secure-domains.ts";

export interface LocatingOptions {
  /** What the stack offers. Default all five. */
  readonly transports?: readonly TransportName[];
  /** What its UDP sockets are of; streams reach both families. Default IPv4. */
  readonly udpFamilies?: readonly AddressFamily[];
  /** Its address beside 10.0.0.9. Default a global IPv6 one. */
  readonly otherAddresses?: readonly string[];
  readonly warnings?: string[];
}

/** Locating for a stack on 10.0.0.9 with the transports that a test wants. */
export function locating(options: LocatingOptions = {}) {
  const { transports = ["UDP", "TCP", "TLS", "WS", "WSS"], udpFamilies = [4], otherAddresses = ["2001:db8::9"], warnings = [] } = options;
  const environment: VirtualEnvironment = virtualEnvironment({
    logger: { trace() {}, debug() {}, info() {}, warn: (_, message) => void warnings.push(message), error() {} },
  });
  const { clock, resolver } = environment;
  const names = new NameCache(resolver, clock, 1024);
  const context: LocateContext = {
    environment: { ...environment, network: environment.virtualNetwork.host("10.0.0.9", { addresses: otherAddresses }) },
    names,
    secureDomains: new SecureDomains(),
    supports: (transport) => transports.includes(transport),
    reaches: (transport, family) => transport !== "UDP" || udpFamilies.includes(family),
    flowNamed: () => undefined,
  };
  return {
    clock,
    resolver,
    names,
    locate: (uri: string, signal?: AbortSignal) => locate(SipUri.parse(uri), context, signal),
    explain: (uri: string) => explainLocation(SipUri.parse(uri), context),
  };
}

/** `UDP 10.0.0.2:5060`, and `UDP 10.0.0.2|fd00::2:5060` where two addresses are raced. */
export function text({ transport, address, otherAddress, port }: SipTarget): string {
  return `${transport} ${address}${otherAddress === undefined ? "" : `|${otherAddress}`}:${port}`;
}
