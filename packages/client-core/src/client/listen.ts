import { addressFamily, mainAddress, parseHostPort, type Network } from "@sidetone/infra-common";
import { SipTransportError, type ListeningPoint, type SipTransports, type TransportName } from "@sidetone/sip-transport";
import { ClientError } from "../errors/client-error.ts";

/** A numeric local address and a port, 0 for any. */
export interface ListenAddress {
  readonly address: string;
  readonly port: number;
  /** `auto` in place of an address: the machine's, whichever that is. */
  readonly followsMachine?: boolean;
}

const machine = "auto";

/** How often a free port is looked for that UDP and TCP both have. */
const sharedPortAttempts = 20;

/** @throws {ClientError} `CONFIG_INVALID` naming the field. */
export function parseListen(listen: string | readonly string[] | undefined): readonly ListenAddress[] {
  const texts = [listen ?? "0.0.0.0:0"].flat();
  if (texts.length === 0) throw new ClientError("CONFIG_INVALID", 'listen: the list names no address; leave it out for "0.0.0.0:0"');
  return texts.map((text) => {
    const parsed = parseHostPort(String(text));
    if (parsed?.host === machine) return { address: machine, port: parsed.port ?? 5060, followsMachine: true };
    if (!parsed || !addressFamily(parsed.host)) {
      throw new ClientError(
        "CONFIG_INVALID",
        `listen: ${JSON.stringify(text)} is not "address:port" with a numeric address, like "127.0.0.1:5060" or "[::1]:0", or "auto:5060"`,
      );
    }
    return { address: parsed.host, port: parsed.port ?? 5060 };
  });
}

/** With the machine's main address in place of `auto`. @throws {ClientError} `RESOURCE_UNAVAILABLE` when it has none but loopback. */
export async function resolveListen(network: Network, addresses: readonly ListenAddress[]): Promise<readonly ListenAddress[]> {
  if (!addresses.some(({ followsMachine }) => followsMachine)) return addresses;
  const main = (await mainAddress(network, 4)) ?? (await mainAddress(network, 6));
  if (main === undefined) throw new ClientError("RESOURCE_UNAVAILABLE", `listen: "auto" needs an address of this machine besides loopback`);
  return addresses.map((listen) => (listen.followsMachine ? { ...listen, address: main } : listen));
}

/** Opens every address for every transport that is listened on: UDP and TCP share their port, and TLS is on the next (RFC 3261 §18.2.1). */
export async function listenEverywhere(
  sip: SipTransports,
  addresses: readonly ListenAddress[],
  transports: readonly TransportName[],
): Promise<void> {
  const inClear = transports.filter((transport) => transport === "UDP" || transport === "TCP");
  for (const { address, port, followsMachine = false } of addresses) {
    await listenOn(sip, { address, port, followsMachine }, inClear);
    const tlsPort = port === 0 || inClear.length === 0 ? port : port + 1;
    if (transports.includes("TLS")) await sip.listen({ transport: "TLS", address, port: tlsPort, followsMachine });
  }
}

async function listenOn(
  sip: SipTransports,
  { port, ...where }: Required<ListenAddress>,
  transports: readonly TransportName[],
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const opened: ListeningPoint[] = [];
    try {
      for (const transport of transports) opened.push(await sip.listen({ ...where, transport, port: opened[0]?.port ?? port }));
      return;
    } catch (error) {
      await Promise.all(opened.map((point) => point.close()));
      // A port that was free for UDP may be taken for TCP: when any will do, try another.
      const another = port === 0 && opened.length > 0 && SipTransportError.is(error, "SIP_TRANSPORT_LISTEN_FAILED");
      if (!another || attempt === sharedPortAttempts) throw error;
    }
  }
}
