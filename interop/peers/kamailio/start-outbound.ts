import type { IssuedCertificate } from "@sidetone/testkit";
import { freePorts } from "../process/free-ports.ts";
import { runKamailio, type RunningKamailio } from "./run-kamailio.ts";

/** A running kamailio that has a part in SIP outbound: the registrar of sip.test, to which any user's password is `secret-<user>`, or an edge proxy. */
export interface OutboundServer extends RunningKamailio {
  /** UDP and TCP; of an edge the next one is TLS. */
  readonly port: number;
}

/** What the registrar asks for in `Flow-Timer`, in seconds. */
const flowTimerSeconds = 40;

/** Starts an edge proxy before `registrar`, or, without one, the registrar itself; it answers when this resolves. */
export async function startOutbound(certificate: IssuedCertificate, registrar?: OutboundServer): Promise<OutboundServer> {
  const port = await freePorts(2);
  const kamailio = await runKamailio({
    template: "outbound.cfg",
    values: { PORT: port, TLS: port + 1, REGISTRAR: `127.0.0.1:${registrar?.port}`, FLOWTIMER: flowTimerSeconds },
    files: { "server.pem": certificate.cert, "server.key": certificate.key },
    args: [...(registrar ? ["-A", "WITH_EDGE"] : []), "-m", "48", "-M", "8"],
    port,
  });
  return { ...kamailio, port };
}
