import type { IssuedCertificate } from "@sidetone/testkit";
import { freePorts } from "../process/free-ports.ts";
import { runKamailio, type RunningKamailio } from "./run-kamailio.ts";

export interface TwinOptions {
  /** What it shows to those who connect over TLS. */
  certificate: IssuedCertificate;
  /** Where users are who did not register: a contact URI each. */
  locations?: Readonly<Record<string, string>>;
  /** Whether it answers 503 to everything. */
  isUnavailable?: boolean;
  /** Whether who calls has to prove who he is. Default true. */
  asksCallers?: boolean;
  /** That of one that was there before. Default: a free one, with the next. */
  port?: number;
}

/** A running kamailio, one of those behind the name sip.test. Any user's password is `secret-<user>`. */
export interface Twin extends RunningKamailio {
  readonly ports: Readonly<Record<"UDP" | "TCP" | "TLS", number>>;
}

/** Starts a kamailio on ports of its own; it answers when this resolves. */
export async function startTwin({
  certificate,
  locations = {},
  isUnavailable = false,
  asksCallers = true,
  port,
}: TwinOptions): Promise<Twin> {
  const first = port ?? (await freePorts(2));
  const contacts = Object.entries(locations).map(([user, contact]) => `\t$sht(location=>${user}) = "${contact}";`);
  const kamailio = await runKamailio({
    template: "twin.cfg",
    values: {
      PORT: first,
      TLS: first + 1,
      ASKSCALLERS: asksCallers ? "yes" : "no",
      UNAVAILABLE: isUnavailable ? "yes" : "no",
      LOCATIONS: contacts.join("\n"),
    },
    files: { "server.pem": certificate.cert, "server.key": certificate.key },
    args: ["-m", "32", "-M", "4"],
    port: first,
  });
  return { ...kamailio, ports: { UDP: first, TCP: first, TLS: first + 1 } };
}
