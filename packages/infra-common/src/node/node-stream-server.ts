import { createServer, type Server, type Socket } from "node:net";
import { formatHostPort } from "../host-port.ts";
import type { AddressFamily, ListenStreamOptions, StreamListener, StreamServer } from "../network.ts";
import { checkAddress } from "./check-address.ts";
import { networkErrorFrom } from "./network-error-from.ts";
import { NodeStreamConnection } from "./node-stream-connection.ts";

/** Connections that the kernel keeps waiting; it may cap the number (somaxconn). */
const backlog = 1024;

/** Listens on a TCP socket of the system. */
export function listenNodeStream(options: ListenStreamOptions, listener: StreamListener): Promise<StreamServer> {
  return new Promise((resolve, reject) => {
    const { address, port } = options;
    const action = `Cannot listen on TCP ${formatHostPort(address, port)}`;
    const family = checkAddress(options, action);
    const server = createServer({ noDelay: true }, (socket) => accept(socket, listener));
    const fail = (error: Error): void => reject(networkErrorFrom(error, action));
    server.once("error", fail);
    server.listen({ host: address, port, backlog, exclusive: true, ipv6Only: family === 6 }, () => {
      server.off("error", fail);
      resolve(new NodeStreamServer(server, family, listener));
    });
  });
}

class NodeStreamServer implements StreamServer {
  readonly family: AddressFamily;
  readonly localAddress: string;
  readonly localPort: number;
  readonly #server: Server;
  #closed = false;

  constructor(server: Server, family: AddressFamily, listener: StreamListener) {
    const { address, port } = server.address() as { address: string; port: number };
    this.family = family;
    this.localAddress = address;
    this.localPort = port;
    this.#server = server;
    server.on("error", (error) => listener.onServerError(networkErrorFrom(error, `TCP server ${formatHostPort(address, port)}`)));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // The system's socket closes here; the callback of `close` would wait for the end of all open connections.
    this.#server.close();
  }
}

function accept(socket: Socket, listener: StreamListener): void {
  const connection = new NodeStreamConnection(socket);
  const receiver = listener.onConnection(connection);
  if (receiver) connection.open(receiver);
  else void connection.close({ abort: true });
}
