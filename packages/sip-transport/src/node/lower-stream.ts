import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import {
  formatHostPort,
  networkErrorFrom,
  type Network,
  type SocketLayer,
  type StreamConnection,
  type StreamReceiver,
} from "@sidetone/infra-common";
import type { Visitor } from "../admission.ts";
import type { ConnectOptions } from "../carrier.ts";
import { ConnectionDuplex } from "./connection-duplex.ts";

/** A connection of the injected network, with the stream that Node's TLS or HTTP works on. */
export class LowerStream implements SocketLayer {
  readonly connection: StreamConnection;
  /** The system's own socket where TLS has taken it, else the connection as a stream. */
  readonly duplex: Duplex;
  /** TLS, where it works on the system's own socket. */
  upper: Duplex | undefined = undefined;

  /** @param duplex the connection as a stream; undefined to take the system's socket, which the connection has to have. */
  constructor(connection: StreamConnection, duplex: Duplex | undefined) {
    this.connection = connection;
    this.duplex = duplex ?? ((connection as Required<StreamConnection>).takeSocket(this) as Socket);
  }

  get queuedBytes(): number {
    return this.duplex.writableLength + this.connection.queuedBytes;
  }

  get hasEnded(): boolean {
    return this.upper !== undefined && this.upper.writableEnded && this.upper.writableLength === 0;
  }

  /** Closes the connection: at once, unless all that was written has been sent. Idempotent. */
  destroy(): void {
    if (!this.duplex.writableFinished) void this.connection.close({ abort: true });
    this.duplex.destroy();
  }

  /** What an error above means. On the system's own socket it is TLS that gets the system's errors. */
  explain(error: Error): Error {
    if (!("syscall" in error)) return error;
    const { remoteAddress, remotePort } = this.connection;
    return networkErrorFrom(error, `TCP connection with ${formatHostPort(remoteAddress, remotePort)} broke`);
  }
}

/** For TLS on a connection that a peer has opened; `receiver` is the connection's. */
export function lowerOf(visitor: Visitor): { lower: LowerStream; receiver: StreamReceiver } {
  const { connection } = visitor;
  if (connection.takeSocket) return { lower: new LowerStream(connection, undefined), receiver: new EndReceiver(visitor) };
  const duplex = new ConnectionDuplex(visitor);
  return { lower: new LowerStream(connection, duplex), receiver: duplex };
}

/** Opens a connection for TLS. */
export async function connectLower(network: Network, { address, port, localAddress, signal }: ConnectOptions): Promise<LowerStream> {
  const duplex = new ConnectionDuplex();
  const from = localAddress === undefined ? {} : { localAddress };
  const connection = await network.connectStream({ address, port, signal, ...from }, duplex);
  if (connection.takeSocket) return new LowerStream(connection, undefined);
  return new LowerStream(connection, duplex.attach(connection));
}

/** For a connection whose socket was taken: nothing but its end is told. */
class EndReceiver implements StreamReceiver {
  readonly #visitor: Visitor;

  constructor(visitor: Visitor) {
    this.#visitor = visitor;
  }

  onData(): void {}

  onDrain(): void {}

  onClosed(): void {
    this.#visitor.leave();
  }
}
