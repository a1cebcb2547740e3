import type { Flow } from "./flow.ts";

/**
 * The Via of a request sent over `flow`: `SIP/2.0/UDP host:port;branch=…;rport`.
 *
 * `rport` asks the server to answer to the port that the request came from (RFC 3581 §3), which a NAT between needs.
 */
export function viaFor(flow: Flow, branch: string): string {
  return `SIP/2.0/${flow.transport} ${flow.sentBy};branch=${branch};rport`;
}
