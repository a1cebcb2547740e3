import { freePorts } from "../process/free-ports.ts";
import { runKamailio, type RunningKamailio } from "./run-kamailio.ts";

/** A running kamailio that has a part in SIP outbound: the registrar of sip.test, to which any user's password is `secret-<user>`, or an edge proxy. */
export interface OutboundServer extends RunningKamailio {
  /** UDP and TCP. */
  readonly port: number;
}

/** What the registrar asks for in `Flow-Timer`, in seconds. */
const flowTimerSeconds = 40;

/** Starts an edge proxy before `registrar`, or, without one, the registrar itself; it answers when this resolves. */
export async function startOutbound(registrar?: OutboundServer): Promise<OutboundServer> {
  const port = await freePorts(1);
  const kamailio = await runKamailio({
    template: "outbound.cfg",
    values: { PORT: port, REGISTRAR: `127.0.0.1:${registrar?.port}`, FLOWTIMER: flowTimerSeconds },
    args: [...(registrar ? ["-A", "WITH_EDGE"] : []), "-m", "32", "-M", "4"],
    port,
  });
  return { ...kamailio, port };
}
