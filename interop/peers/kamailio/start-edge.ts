import type { IssuedCertificate } from "@sidetone/testkit";
import { freePorts } from "../process/free-ports.ts";
import { runKamailio, type RunningKamailio } from "./run-kamailio.ts";

export interface EdgeOptions {
  /** What it shows to those who connect over TLS. */
  certificate: IssuedCertificate;
  /** Whom it trusts. */
  authority: IssuedCertificate;
  /** Whether clients have to show a certificate. */
  asksForCertificates?: boolean;
}

/** A running kamailio with a registrar, over every transport. */
export interface Edge extends RunningKamailio {
  readonly ports: Readonly<Record<"UDP" | "TCP" | "TLS" | "WS" | "WSS", number>>;
}

/** Starts a kamailio on ports of its own; it answers when this resolves. Any user's password is `secret-<user>`. */
export async function startEdge({ certificate, authority, asksForCertificates = false }: EdgeOptions): Promise<Edge> {
  const port = await freePorts(4);
  const ports = { UDP: port, TCP: port, TLS: port + 1, WS: port + 2, WSS: port + 3 };
  const kamailio = await runKamailio({
    template: "edge.cfg",
    values: { ...ports, PORT: port, VERIFY: asksForCertificates ? 1 : 0 },
    files: { "server.pem": certificate.cert, "server.key": certificate.key, "ca.pem": authority.cert },
    args: ["-m", "48", "-M", "8"],
    port,
  });
  return { ...kamailio, ports };
}
