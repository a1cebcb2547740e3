import { addressFamily, parseHostPort } from "@sidetone/infra-common";
import { SipTransportError, type ListeningPoint, type SipTransports, type TransportName } from "@sidetone/sip-transport";
import { ClientError } from "../errors/client-error.ts";

/** A numeric local address and a port, 0 for any. */
export interface ListenAddress {
  readonly address: string;
  readonly port: number;
}

/** How often a free port is looked for that UDP and TCP both have. */
const sharedPortAttempts = 20;

/** @throws {ClientError} `CONFIG_INVALID` naming the field. */
export function parseListen(listen: string | readonly string[] | undefined): readonly ListenAddress[] {
  const texts = [listen ?? "0.0.0.0:0"].flat();
  if (texts.length === 0) throw new ClientError("CONFIG_INVALID", 'listen: the list names no address; leave it out for "0.0.0.0:0"');
  return texts.map((text) => {
    const parsed = parseHostPort(String(text));
    if (!parsed || !addressFamily(parsed.host)) {
      throw new ClientError(
        "CONFIG_INVALID",
        `listen: ${JSON.stringify(text)} is not "address:port" with a numeric address, like "127.0.0.1:5060" or "[::1]:0"`,
      );
    }
    return { address: parsed.host, port: parsed.port ?? 5060 };
  });
}

/** Opens every address for every transport that is listened on: UDP and TCP share their port, and TLS is on the next (RFC 3261 §18.2.1). */
export async function listenEverywhere(
  sip: SipTransports,
  addresses: readonly ListenAddress[],
  transports: readonly TransportName[],
): Promise<void> {
  const inClear = transports.filter((transport) => transport === "UDP" || transport === "TCP");
  for (const { address, port } of addresses) {
    await listenOn(sip, address, port, inClear);
    const tlsPort = port === 0 || inClear.length === 0 ? port : port + 1;
    if (transports.includes("TLS")) await sip.listen({ transport: "TLS", address, port: tlsPort });
  }
}

async function listenOn(sip: SipTransports, address: string, port: number, transports: readonly TransportName[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const opened: ListeningPoint[] = [];
    try {
      for (const transport of transports) opened.push(await sip.listen({ transport, address, port: opened[0]?.port ?? port }));
      return;
    } catch (error) {
      await Promise.all(opened.map((point) => point.close()));
      // A port that was free for UDP may be taken for TCP: when any will do, try another.
      const another = port === 0 && opened.length > 0 && SipTransportError.is(error, "SIP_TRANSPORT_LISTEN_FAILED");
      if (!another || attempt === sharedPortAttempts) throw error;
    }
  }
}
