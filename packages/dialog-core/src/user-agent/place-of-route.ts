import { addressFamily, normaliseAddress } from "@sidetone/infra-common";
import { Route, SipUri } from "@sidetone/sip-core";
import { defaultPorts, type TransportName } from "@sidetone/sip-transport";
import { placeOf } from "./server-health.ts";

/** The one server that a loose route with a numeric host leads to; undefined when the name service decides about it. */
export function placeOfRoute(value: string): string | undefined {
  const { uri } = Route.parse(value);
  if (!(uri instanceof SipUri) || !uri.lr || !addressFamily(uri.host)) return undefined;
  const named = uri.transport?.toUpperCase() ?? "UDP";
  const transport = uri.scheme === "sip" ? named : named === "WS" || named === "WSS" ? "WSS" : "TLS";
  if (!Object.hasOwn(defaultPorts, transport)) return undefined;
  const known = transport as TransportName;
  return placeOf({ transport: known, address: normaliseAddress(uri.host), port: uri.port ?? defaultPorts[known] });
}
