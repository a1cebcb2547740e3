import { addressFamily, formatHostPort, isIpv6, nodeNetwork, parseHostPort, type Environment } from "@sidetone/infra-common";
import { UsageError } from "./usage-error.ts";

/** `--listen` with a numeric address, as a client wants it: `localhost:5070` becomes `127.0.0.1:5070`. @throws {UsageError} */
export async function listenAddress(text: string, environment: Environment | undefined): Promise<string> {
  const parsed = parseHostPort(text);
  if (!parsed) throw new UsageError(`--listen: ${JSON.stringify(text)} is not HOST:PORT, like 127.0.0.1:5070, [::1]:5070 or 0.0.0.0:0`);
  const { host, port = 5060 } = parsed;
  if (addressFamily(host)) return formatHostPort(host, port);
  const [found] = await (environment?.network ?? nodeNetwork).lookup(host).catch(() => []);
  if (!found) throw new UsageError(`--listen: no address is known for the name ${JSON.stringify(host)}`);
  return formatHostPort(found.address, port);
}

/** Any address and port of the family that reaches `host`. */
export function anywhereFor(host: string): string {
  return isIpv6(host) ? "[::]:0" : "0.0.0.0:0";
}
