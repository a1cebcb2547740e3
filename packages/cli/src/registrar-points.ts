import { parseHostPort, type Environment } from "@sidetone/infra-common";
import { defaultPorts, type ListeningPoint, type SipTransports, type TransportName } from "@sidetone/sip-transport";
import { listenAddress } from "./listen-address.ts";
import { UsageError } from "./usage-error.ts";

/** Where a registrar is to be reached. */
export interface RegistrarPoint {
  readonly transports: readonly TransportName[];
  readonly address: string;
  readonly port: number;
}

const withScheme = /^([a-z]+):\/\/(.*)$/i;

/**
 * Reads `--listen`: `HOST:PORT` is UDP and TCP, and TLS on the next port where there is a certificate; `wss://HOST:PORT` is one transport.
 *
 * @throws {UsageError}
 */
export async function registrarPoints(
  texts: readonly string[],
  hasCertificate: boolean,
  environment: Environment | undefined,
): Promise<readonly RegistrarPoint[]> {
  const points = await Promise.all(texts.map((text) => pointsOf(text, hasCertificate, environment)));
  return points.flat();
}

async function pointsOf(text: string, hasCertificate: boolean, environment: Environment | undefined): Promise<RegistrarPoint[]> {
  const [, scheme, where = ""] = withScheme.exec(text) ?? [];
  if (scheme === undefined) {
    const { host: address, port = 5060 } = parseHostPort(await listenAddress(text, environment))!;
    const secure: RegistrarPoint = { transports: ["TLS"], address, port: port === 0 ? 0 : port + 1 };
    return [{ transports: ["UDP", "TCP"], address, port }, ...(hasCertificate ? [secure] : [])];
  }
  const transport = scheme.toUpperCase() as TransportName;
  if (!Object.hasOwn(defaultPorts, transport))
    throw new UsageError(`--listen: ${JSON.stringify(text)} is not of udp://, tcp://, tls://, ws:// or wss://`);
  if ((transport === "TLS" || transport === "WSS") && !hasCertificate)
    throw new UsageError(`--listen: ${transport} needs a certificate: --tls-cert FILE --tls-key FILE`);
  const hasPort = parseHostPort(where)?.port !== undefined;
  const { host: address, port = 0 } = parseHostPort(
    await listenAddress(hasPort ? where : `${where}:${defaultPorts[transport]}`, environment),
  )!;
  return [{ transports: [transport], address, port }];
}

/** Opens them all; transports of one point share its port. */
export async function openPoints(transports: SipTransports, points: readonly RegistrarPoint[]): Promise<ListeningPoint[]> {
  const opened: ListeningPoint[] = [];
  for (const point of points) {
    let { port } = point;
    for (const transport of point.transports) {
      const one = await transports.listen({ transport, address: point.address, port });
      ({ port } = one);
      opened.push(one);
    }
  }
  return opened;
}
