import { formatHostPort, VoipError, type DatagramSocket, type Environment, type SocketAddress } from "@sidetone/infra-common";
import { locateStunServer, StunClient, type BindingResult, type ChangeRequestValue } from "@sidetone/stun-core";

/** Under which address one STUN server sees our socket. */
export interface StunView {
  /** As it was named, or as its numeric address. */
  readonly name: string;
  readonly result: BindingResult | undefined;
  /** Why there is no answer. */
  readonly failure: VoipError | undefined;
}

/** From whom packets get in (RFC 4787 §5). */
export type Filtering = "endpoint-independent" | "address-dependent" | "address-and-port-dependent";

/** What STUN servers tell. */
export interface StunViews {
  /** Where the socket is bound, as it is seen on this side of a NAT. */
  readonly local: SocketAddress | undefined;
  readonly views: readonly StunView[];
  /** Undefined where no server could help to find out. */
  readonly filtering: Filtering | undefined;
}

/** For one question, in milliseconds: three requests. */
const questionLimitMs = 3000;
/** For an answer that a NAT may swallow: two requests. */
const filteredLimitMs = 1200;

/**
 * Asks STUN servers from one socket: what differs between their answers is the NAT's doing. A server that names another address of its own
 * is asked there too, at both of its ports (RFC 5780 §4.3), and to answer from there (§4.4).
 */
export async function stunViews(
  environment: Environment,
  localAddress: string,
  servers: readonly string[],
  signal: AbortSignal,
): Promise<StunViews> {
  const { network } = environment;
  const family = localAddress.includes(":") ? 6 : 4;
  const { socket, client } = await openClient(environment, localAddress);
  const ask = (name: string, locate: () => Promise<SocketAddress>): Promise<StunView> =>
    answered(name, async () => client.requestBinding(await locate(), { timeoutMs: questionLimitMs, signal }), signal);
  try {
    const views = await Promise.all(servers.map((name) => ask(name, () => locateStunServer(network, name, { family, signal }))));
    const places = views.flatMap(({ result }) => (result ? otherPlaces(result) : []));
    const offering = views.find(({ result }) => result && otherPlaces(result).length > 0)?.result;
    const [further, filtering] = await Promise.all([
      Promise.all(places.map((place) => ask(formatHostPort(place.address, place.port), () => Promise.resolve(place)))),
      offering && filteringSeenBy(environment, localAddress, offering.server, signal),
    ]);
    const [asked] = views.flatMap(({ result }) => result ?? []);
    const address = asked && (await network.sourceAddressFor(asked.server.address).catch(() => undefined));
    const local = address === undefined ? undefined : { address, port: socket.localPort };
    return { local, views: [...views, ...further.filter(({ result }) => result)], filtering };
  } finally {
    client.close();
    await socket.close();
  }
}

/** The other address of a server, at the port that is known and at the other one. */
function otherPlaces({ server, otherAddress }: BindingResult): SocketAddress[] {
  if (!otherAddress || otherAddress.address === server.address) return [];
  return [{ address: otherAddress.address, port: server.port }, otherAddress];
}

/** From a socket that has sent nothing to the other address: that alone would let its answers in. */
async function filteringSeenBy(
  environment: Environment,
  localAddress: string,
  server: SocketAddress,
  signal: AbortSignal,
): Promise<Filtering | undefined> {
  const { socket, client } = await openClient(environment, localAddress);
  const answersFrom = (changeRequest?: ChangeRequestValue): Promise<StunView> =>
    answered(
      "",
      () => client.requestBinding(server, { timeoutMs: filteredLimitMs, signal, ...(changeRequest && { changeRequest }) }),
      signal,
    );
  const isRefused = ({ failure }: StunView): boolean => failure !== undefined && failure.code !== "STUN_TIMEOUT";
  try {
    if (!(await answersFrom()).result) return undefined;
    const [elsewhere, otherPort] = await Promise.all([
      answersFrom({ address: true, port: true }),
      answersFrom({ address: false, port: true }),
    ]);
    if (isRefused(elsewhere) || isRefused(otherPort)) return undefined;
    if (elsewhere.result) return "endpoint-independent";
    return otherPort.result ? "address-dependent" : "address-and-port-dependent";
  } finally {
    client.close();
    await socket.close();
  }
}

async function answered(name: string, ask: () => Promise<BindingResult>, signal: AbortSignal): Promise<StunView> {
  try {
    return { name, result: await ask(), failure: undefined };
  } catch (failure) {
    signal.throwIfAborted();
    if (!(failure instanceof VoipError)) throw failure;
    return { name, result: undefined, failure };
  }
}

async function openClient(environment: Environment, address: string): Promise<{ socket: DatagramSocket; client: StunClient }> {
  const socket = await environment.network.bindDatagram(
    { address, port: 0 },
    {
      onDatagram: (data, from, port) => void client.receiveDatagram(data, from, port),
      onSocketError: (error, _socket, destination) => void (destination && client.onUnreachable(error, destination)),
    },
  );
  const client: StunClient = new StunClient(environment, socket);
  return { socket, client };
}
