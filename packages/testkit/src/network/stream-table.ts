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
import type { HostContext } from "./network-context.ts";
import type { Packet } from "./packet.ts";
import { PortTable, type Bound } from "./port-table.ts";
import { VirtualStreamConnection } from "./virtual-stream-connection.ts";

/** A SYN without answer is sent again after 1, 2, 4 … seconds (RFC 6298 §2), six times as on Linux: it gives up after 127 s. */
const synRetransmissions = 6;
const synTimeoutMs = 1000;

/** The TCP of a {@link VirtualHost}: its servers and connections, and which segment is for whom. */
export class StreamTable {
  readonly #host: HostContext;
  /** Who has which port: servers, and the local ends of outgoing connections. */
  readonly #ports = new PortTable<Bound>();
  /** Connections by local and remote address and port. */
  readonly #connections = new Map<string, VirtualStreamConnection>();
  #servers = 0;

  constructor(host: HostContext) {
    this.#host = host;
  }

  get size(): number {
    return this.#servers + this.#connections.size;
  }

  listen(options: ListenStreamOptions, listener: StreamListener): StreamServer {
    const address = this.#host.checkLocal(options);
    const port = this.#ports.freePort(address, options.port);
    const server = new VirtualStreamServer({ address, port }, listener, () => {
      this.#ports.remove(server);
      this.#servers--;
    });
    this.#ports.add(server);
    this.#servers++;
    return server;
  }

  connect({ address, port, localAddress, signal }: ConnectStreamOptions, receiver: StreamReceiver): Promise<StreamConnection> {
    signal?.throwIfAborted();
    const action = `Cannot connect TCP to ${formatHostPort(address, port)}`;
    const remote = { address: normaliseAddress(address), port };
    const family = addressFamily(remote.address);
    if (!family || !(port >= 1 && port <= 65_535))
      throw new NetworkError("NETWORK_FAILED", `${action}: it is not a numeric address and a port`);
    const source = this.#sourceFor(remote.address, localAddress);
    if (source === undefined) throw new NetworkError("NETWORK_UNREACHABLE", `${action}: no route to it`);
    const bound: Bound = { family, localAddress: source, localPort: this.#ports.freePort(source, 0) };
    const connection = this.#open({ address: source, port: bound.localPort }, remote, () => this.#ports.remove(bound));
    this.#ports.add(bound);
    return this.#shakeHands(connection, receiver, signal, action);
  }

  receive(packet: Packet): void {
    const connection = this.#connections.get(keyOf(packet.destination, packet.source));
    if (connection) connection.receive(packet);
    else if (packet.segment === "SYN") this.#accept(packet);
    // RFC 9293 §3.5.2: data for a connection that does not exist is answered by a reset.
    else if (packet.segment === "DATA" || packet.segment === "SYN-ACK") this.#refuse(packet);
  }

  #sourceFor(remoteAddress: string, localAddress: string | undefined): string | undefined {
    if (localAddress === undefined || isWildcard(localAddress)) return this.#host.sourceFor(remoteAddress);
    return this.#host.checkLocal({ address: localAddress, port: 0 });
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
    const server = this.#ports.find(packet.destination.address, packet.destination.port);
    if (!(server instanceof VirtualStreamServer)) return this.#refuse(packet);
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
  readonly #onClosed: () => void;
  closed = false;

  constructor(local: SocketAddress, listener: StreamListener, onClosed: () => void) {
    this.family = local.address.includes(":") ? 6 : 4;
    this.localAddress = local.address;
    this.localPort = local.port;
    this.listener = listener;
    this.#onClosed = onClosed;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.#onClosed();
  }
}

function keyOf(local: SocketAddress, remote: SocketAddress): string {
  return `${local.address}|${local.port}|${remote.address}|${remote.port}`;
}
