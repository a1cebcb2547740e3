import { addressFamily, type SocketAddress } from "@sidetone/infra-common";
import type { ViaParm } from "@sidetone/sip-core";
import { defaultPorts, type TransportName } from "./transport-name.ts";

/** Where the response to a request goes whose top Via is `via` (RFC 3261 §18.2.2, RFC 3581 §4). The address is that of `received` at least. */
export function responseDestination(via: ViaParm, transport: TransportName): SocketAddress {
  const port = via.port ?? defaultPorts[transport];
  const { maddr, received, rport } = via;
  // "if the Via header field contains a maddr parameter, the response MUST be forwarded to the address listed there"
  if (transport === "UDP" && maddr !== undefined && addressFamily(maddr)) return { address: maddr, port };
  const address = received ?? via.host;
  // RFC 3581 §4: "the response is sent to the source IP and port the request was received from"; over a stream that port is gone with its connection.
  return { address, port: transport === "UDP" && typeof rport === "number" ? rport : port };
}
