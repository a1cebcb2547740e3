import type { Flow } from "./flow.ts";
import { StreamFlow } from "./stream-flow.ts";

/**
 * The Via of a request sent over `flow`: `SIP/2.0/UDP host:port;branch=…;rport`.
 *
 * `rport` asks the server to answer to the port that the request came from (RFC 3581 §3), which a NAT between needs.
 * `parameters` are further ones, each with its `;`. `alias` offers a TLS server to send its requests back over the same connection (RFC 5923), where this stack listens, too.
 */
export function viaFor(flow: Flow, branch: string, parameters = ""): string {
  const alias = flow instanceof StreamFlow && flow.offersAlias ? ";alias" : "";
  return `SIP/2.0/${flow.transport} ${flow.sentBy};branch=${branch};rport${alias}${parameters}`;
}
