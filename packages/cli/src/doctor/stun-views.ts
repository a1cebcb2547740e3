import { formatHostPort, VoipError, type DatagramSocket, type Environment, type SocketAddress } from "@sidetone/infra-common";
import { locateStunServer, StunClient, type BindingResult } from "@sidetone/stun-core";

/** Under which address one STUN server sees our socket. */
export interface StunView {
  /** As it was named, or as its numeric address. */
  readonly name: string;
  readonly result: BindingResult | undefined;
  /** Why there is no answer. */
  readonly failure: VoipError | undefined;
}

/** What all views have in common. */
export interface StunViews {
  /** Where the socket is bound, as it is seen on this side of a NAT. */
  readonly local: SocketAddress | undefined;
  readonly views: readonly StunView[];
}

/** For one question, in milliseconds: three requests. */
const questionLimitMs = 3000;

/**
 * Asks STUN servers from one socket: what differs between their answers is the NAT's doing. A server that names another address of its own
 * is asked there too, at both of its ports (RFC 5780 §4.3).
 */
export async function stunViews(
  environment: Environment,
  localAddress: string,
  servers: readonly string[],
  signal: AbortSignal,
): Promise<StunViews> {
  const { network } = environment;
  const family = localAddress.includes(":") ? 6 : 4;
  const socket: DatagramSocket = await network.bindDatagram(
    { address: localAddress, port: 0 },
    {
      onDatagram: (data, address, port) => void client.receiveDatagram(data, address, port),
      onSocketError: (error, _socket, destination) => void (destination && client.onUnreachable(error, destination)),
    },
  );
  const client = new StunClient(environment, socket);
  const ask = async (name: string, locate: () => Promise<SocketAddress>): Promise<StunView> => {
    try {
      return { name, result: await client.requestBinding(await locate(), { timeoutMs: questionLimitMs, signal }), failure: undefined };
    } catch (failure) {
      signal.throwIfAborted();
      if (!(failure instanceof VoipError)) throw failure;
      return { name, result: undefined, failure };
    }
  };
  const askAtOther = async ({ result }: StunView): Promise<StunView[]> => {
    const other = result?.otherAddress;
    if (!result || !other || other.address === result.server.address) return [];
    const places = [{ address: other.address, port: result.server.port }, other];
    return Promise.all(places.map((place) => ask(formatHostPort(place.address, place.port), () => Promise.resolve(place))));
  };
  try {
    const views = await Promise.all(servers.map((name) => ask(name, () => locateStunServer(network, name, { family, signal }))));
    const further = (await Promise.all(views.map(askAtOther))).flat().filter(({ result }) => result);
    const [asked] = views.flatMap(({ result }) => result ?? []);
    const address = asked && (await network.sourceAddressFor(asked.server.address).catch(() => undefined));
    return { local: address === undefined ? undefined : { address, port: socket.localPort }, views: [...views, ...further] };
  } finally {
    client.close();
    await socket.close();
  }
}
