import type { AccountOptions, Client, ClientOptions } from "sidetone";
import type { TransportName } from "sidetone/transport";
import { onTestFinished } from "vitest";
import { startKamailio, kamailioDomain, passwordOf, type Kamailio, type KamailioOptions } from "../peers/kamailio/start-kamailio.ts";
import { authority, certificateFor } from "../transports/certificates.ts";
import { openClient } from "../under-test/open-client.ts";
import { openKamailio } from "./open-kamailio.ts";

export const everyTransport: readonly TransportName[] = ["UDP", "TCP", "TLS", "WS", "WSS"];

/** A certificate for the domain and for the address of these tests. */
export const loopback = certificateFor(`URI:sip:${kamailioDomain}`, "IP:127.0.0.1");
const streams = { certificate: loopback, authority };

/** A kamailio that can be reached over every transport, which ends with the test. */
export function openEveryTransport(options: KamailioOptions = {}): Promise<Kamailio> {
  return openKamailio({ streams, ...options });
}

/** One that the test ends itself; whatever is left of it ends with the test. */
export async function startEveryTransport(options: KamailioOptions = {}): Promise<Kamailio> {
  const kamailio = await startKamailio({ streams, ...options });
  onTestFinished(() => kamailio[Symbol.asyncDispose]());
  return kamailio;
}

/** A user who registers at `kamailio` over one transport. */
export function accountOver(
  transport: TransportName,
  kamailio: Kamailio,
  user: string,
  options: Partial<AccountOptions> = {},
): AccountOptions {
  return { uri: `sip:${user}@${kamailioDomain}`, password: passwordOf(user), registrar: kamailio.uri(transport), ...options };
}

/** A client that has registered over one transport, and listens there, too, where connections can be taken. */
export function clientOver(
  transport: TransportName,
  kamailio: Kamailio,
  user: string,
  options: Partial<AccountOptions> = {},
  more: ClientOptions = {},
): Promise<Client> {
  const tls = { ca: authority.cert, cert: loopback.cert, key: loopback.key };
  return openClient({ account: accountOver(transport, kamailio, user, options), transports: [transport], tls, ...more });
}
