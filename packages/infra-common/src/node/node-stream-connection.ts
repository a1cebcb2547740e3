import { connect, type Socket } from "node:net";
import { onAbort } from "../abort.ts";
import { formatHostPort } from "../host-port.ts";
import type { ConnectStreamOptions, SocketLayer, StreamConnection, StreamReceiver } from "../network.ts";
import { checkAddress } from "./check-address.ts";
import { networkErrorFrom } from "./network-error-from.ts";

/** Connects a TCP socket of the system. */
export function connectNodeStream(options: ConnectStreamOptions, receiver: StreamReceiver): Promise<StreamConnection> {
  return new Promise((resolve, reject) => {
    const { address, port, localAddress, signal } = options;
    const action = `Cannot connect TCP to ${formatHostPort(address, port)}`;
    signal?.throwIfAborted();
    checkAddress(options, action);
    if (localAddress !== undefined) checkAddress({ address: localAddress, port: 0 }, action);
    const socket = connect({ host: address, port, noDelay: true, ...(localAddress !== undefined && { localAddress }) });
    const forgetSignal = onAbort(signal, (reason) => {
      socket.destroy();
      reject(reason);
    });
    const onError = (error: Error): void => {
      forgetSignal();
      reject(networkErrorFrom(error, action));
    };
    socket.once("error", onError);
    socket.once("connect", () => {
      forgetSignal();
      socket.off("error", onError);
      const connection = new NodeStreamConnection(socket);
      connection.open(receiver);
      resolve(connection);
    });
  });
}

/** An open TCP connection, with Nagle's algorithm off. */
export class NodeStreamConnection implements StreamConnection {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #receiver: StreamReceiver | undefined = undefined;
  /** What has taken the socket. */
  #layer: SocketLayer | undefined = undefined;
  #closing = false;
  #remoteEnded = false;
  #error: Error | undefined = undefined;

  constructor(socket: Socket) {
    this.localAddress = socket.localAddress ?? "";
    this.localPort = socket.localPort ?? 0;
    this.remoteAddress = socket.remoteAddress ?? "";
    this.remotePort = socket.remotePort ?? 0;
    this.#socket = socket;
    socket.on("error", (error) => void (this.#error = error));
    this.#closed = new Promise((resolve) => {
      socket.on("close", () => {
        resolve();
        this.#receiver?.onClosed(this.#reasonForClosing(), this);
      });
    });
  }

  /** `receiver` gets what comes from now on, unless the socket was taken: then it is told of the end alone. */
  open(receiver: StreamReceiver): void {
    this.#receiver = receiver;
    if (this.#layer) return;
    const socket = this.#socket;
    socket.on("data", (data) => {
      if (!this.#closing) receiver.onData(data, this);
    });
    socket.on("drain", () => {
      if (!this.#closing) receiver.onDrain(this);
    });
    socket.on("end", () => void (this.#remoteEnded = true));
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  send(data: Uint8Array): boolean {
    // A peer that has ended its side is not written to: the connection is about to close.
    if (this.#closing || this.#remoteEnded || this.#socket.destroyed) return true;
    return this.#socket.write(data);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close({ abort = false }: { abort?: boolean } = {}): Promise<void> {
    if (!this.#closing) {
      this.#closing = true;
      if (!abort) {
        // Without a reader the peer's last bytes would keep the socket from seeing its end.
        this.#socket.resume();
        this.#socket.destroySoon();
      }
    }
    if (abort && !this.#socket.destroyed) this.#breakOff();
    return this.#closed;
  }

  takeSocket(layer: SocketLayer): Socket {
    this.#layer = layer;
    this.#socket.removeAllListeners("data");
    return this.#socket;
  }

  /** The system refuses to reset a socket that is shutting down, which would then never close; nothing waits to be sent on it. */
  #breakOff(): void {
    const isShuttingDown = this.#layer ? this.#layer.hasEnded : this.#socket.writableEnded && this.#socket.writableLength === 0;
    if (isShuttingDown) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  #reasonForClosing(): Error | undefined {
    if (!this.#error || this.#closing) return undefined;
    return networkErrorFrom(this.#error, `TCP connection with ${formatHostPort(this.remoteAddress, this.remotePort)} broke`);
  }
}
