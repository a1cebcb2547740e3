import type { Flow } from "@sidetone/sip-transport";
import type { UserAgentHost } from "./user-agent-host.ts";

/**
 * Where what has gone over a flow would leave now: as before, from another address or connection, or nowhere, since this machine has no
 * way there at the moment.
 */
export type WayOut = "same" | "other" | "none";

/** Asks the system, which sends nothing for it. */
export async function wayOut({ transports, environment }: Pick<UserAgentHost, "transports" | "environment">, flow: Flow): Promise<WayOut> {
  const { transport, remoteAddress: address, remotePort: port } = flow;
  if (flow.reliable && !flow.isClosed) return "same";
  try {
    if (flow.reliable) return await environment.network.sourceAddressFor(address).then((): WayOut => "other");
    const now = await transports.flowTo({ transport, address, port, hostName: address }, { messageBytes: 0, transportIsExplicit: true });
    return now.sentBy === flow.sentBy ? "same" : "other";
  } catch {
    return "none";
  }
}
