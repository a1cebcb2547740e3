import {
  addressFamily,
  formatHostPort,
  isWildcard,
  NetworkError,
  normaliseAddress,
  onAbort,
  type AddressFamily,
  type ConnectStreamOptions,
  type ListenStreamOptions,
  type SocketAddress,
  type StreamConnection,
  type StreamListener,
  type StreamReceiver,
  type StreamServer,
} from "@sidetone/infra-common";
import type { Packet } from "./packet.ts";
import { PortTable, type Bound } from "./port-table.ts";
import type { VirtualHost } from "./virtual-host.ts";
import { VirtualStreamConnection } from "./virtual-stream-connection.ts";

/** A SYN without answer is sent again after 1, 2, 4 … seconds (RFC 6298 §2), six times as on Linux: it gives up after 127 s. */
const synRetransmissions = 6;
const synTimeoutMs = 1000;

/** The TCP of a {@link VirtualHost}: its servers and connections, and which segment is for whom. */
export class StreamTable {
  readonly #host: VirtualHost;
  readonly #servers = new PortTable<VirtualStreamServer>();
  /** Connections by local and remote address and port. */
  readonly #connections = new Map<string, VirtualStreamConnection>();
  /** Local ends of outgoing connections; they take ports. */
  readonly #outgoing = new PortTable<Bound>();

  constructor(host: VirtualHost) {
    this.#host = host;
  }

  get size(): number {
    return this.#servers.size + this.#connections.size;
  }

  listen({ address, port }: ListenStreamOptions, listener: StreamListener): StreamServer {
    const localAddress = this.#host.checkLocal(address, port);
    const family = addressFamily(localAddress) as AddressFamily;
    const server = new VirtualStreamServer(
      this.#servers,
      family,
      localAddress,
      this.#servers.freePort(localAddress, family, port),
      listener,
    );
    this.#servers.add(server);
    return server;
  }

  connect({ address, port, localAddress, signal }: ConnectStreamOptions, receiver: StreamReceiver): Promise<StreamConnection> {
    signal?.throwIfAborted();
    const action = `Cannot connect TCP to ${formatHostPort(address, port)}`;
    const remote = { address: normaliseAddress(address), port };
    const family = addressFamily(remote.address);
    if (!family || !(port >= 1 && port <= 65_535))
      throw new NetworkError("NETWORK_FAILED", `${action}: it is not a numeric address and a port`);
    const source =
      localAddress === undefined || isWildcard(localAddress)
        ? this.#host.sourceFor(remote.address)
        : this.#host.checkLocal(localAddress, 0);
    if (source === undefined) throw new NetworkError("NETWORK_UNREACHABLE", `${action}: no route to it`);
    const bound: Bound = { family, localAddress: source, localPort: this.#outgoing.freePort(source, family, 0) };
    const connection = this.#open({ address: source, port: bound.localPort }, remote, () => this.#outgoing.remove(bound));
    this.#outgoing.add(bound);
    return this.#shakeHands(connection, receiver, signal, action);
  }

  receive(packet: Packet): void {
    const connection = this.#connections.get(keyOf(packet.destination, packet.source));
    if (connection) connection.receive(packet);
    else if (packet.segment === "SYN") this.#accept(packet);
    // RFC 9293 §3.5.2: data for a connection that does not exist is answered by a reset.
    else if (packet.segment === "DATA" || packet.segment === "SYN-ACK") this.#refuse(packet);
  }

  #shakeHands(
    connection: VirtualStreamConnection,
    receiver: StreamReceiver,
    signal: AbortSignal | undefined,
    action: string,
  ): Promise<StreamConnection> {
    return new Promise((resolve, reject) => {
      const fail = (reason: unknown): void => {
        settle();
        connection.forget();
        reject(reason);
      };
      let timer = this.#host.network.clock.setTimer(synTimeoutMs, () => sendAgain(1));
      const sendAgain = (count: number): void => {
        if (count > synRetransmissions) return fail(new NetworkError("NETWORK_CONNECTION_TIMEOUT", `${action}: no answer`));
        connection.sendSegment("SYN");
        timer = this.#host.network.clock.setTimer(synTimeoutMs * 2 ** count, () => sendAgain(count + 1));
      };
      const forgetSignal = onAbort(signal, fail);
      const settle = (): void => {
        timer.cancel();
        forgetSignal();
      };
      connection.whenAnswered((isAccepted) => {
        if (!isAccepted) return fail(new NetworkError("NETWORK_CONNECTION_REFUSED", `${action}: nothing listens there`));
        settle();
        connection.open(receiver);
        connection.sendSegment("ACK");
        resolve(connection);
      });
      connection.sendSegment("SYN");
    });
  }

  #accept(packet: Packet): void {
    const server = this.#servers.find(packet.destination.address, packet.destination.port);
    if (!server) return this.#refuse(packet);
    const connection = this.#open(packet.destination, packet.source);
    // The server's side is open when the client's ACK has come, so that both know of each other.
    connection.whenAnswered((isAccepted) => {
      if (!isAccepted) return connection.forget();
      const receiver = server.closed ? undefined : server.listener.onConnection(connection);
      if (receiver) connection.open(receiver);
      else connection.refuse();
    });
    connection.sendSegment("SYN-ACK");
  }

  #refuse({ source, destination }: Packet): void {
    this.#host.send({ protocol: "TCP", source: destination, destination: source, segment: "RST", data: Buffer.alloc(0) });
  }

  #open(local: SocketAddress, remote: SocketAddress, onForgotten?: () => void): VirtualStreamConnection {
    const key = keyOf(local, remote);
    const connection = new VirtualStreamConnection(this.#host, local, remote, () => {
      this.#connections.delete(key);
      onForgotten?.();
    });
    this.#connections.set(key, connection);
    return connection;
  }
}

class VirtualStreamServer implements StreamServer {
  readonly family: AddressFamily;
  readonly localAddress: string;
  readonly localPort: number;
  readonly listener: StreamListener;
  readonly #table: PortTable<VirtualStreamServer>;
  closed = false;

  constructor(
    table: PortTable<VirtualStreamServer>,
    family: AddressFamily,
    localAddress: string,
    localPort: number,
    listener: StreamListener,
  ) {
    this.#table = table;
    this.family = family;
    this.localAddress = localAddress;
    this.localPort = localPort;
    this.listener = listener;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.#table.remove(this);
  }
}

function keyOf(local: SocketAddress, remote: SocketAddress): string {
  return `${local.address}|${local.port}|${remote.address}|${remote.port}`;
}
