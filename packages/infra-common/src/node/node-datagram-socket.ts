// Node needs it for the first port that a process opens, and would load it then: better with everything else.
import "node:cluster";
import { createSocket, type Socket } from "node:dgram";
import { formatHostPort } from "../host-port.ts";
import type { AddressFamily, BindDatagramOptions, DatagramReceiver, DatagramSocket, SocketAddress } from "../network.ts";
import { checkAddress } from "./check-address.ts";
import { networkErrorFrom } from "./network-error-from.ts";

type SendCallback = (error: Error | null) => void;
type LookupCallback = (error: null, address: string, family: number) => void;

/** Linux doubles what is asked for, to account for its own bookkeeping, and reports the double (socket(7), SO_RCVBUF). */
const reportedPerGranted = process.platform === "linux" ? 2 : 1;

/** Binds a UDP socket of the system. */
export function bindNodeDatagram(options: BindDatagramOptions, receiver: DatagramReceiver): Promise<DatagramSocket> {
  return new Promise((resolve, reject) => {
    const { address, port } = options;
    const action = `Cannot bind UDP ${formatHostPort(address, port)}`;
    const family = checkAddress(options, action);
    const socket = createSocket({ type: family === 6 ? "udp6" : "udp4", ipv6Only: family === 6, lookup: numericOnly(family) });
    socket.once("error", (error) => {
      socket.close();
      reject(networkErrorFrom(error, action));
    });
    // "exclusive" keeps a cluster's primary from sharing the port between its workers.
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners("error");
      resolve(new NodeDatagramSocket(socket, family, options, receiver));
    });
  });
}

/**
 * Takes the place of the name look-up, at once: otherwise `send` waits for the next tick, when the caller may have
 * written something else into the buffer. Text that is no address is refused by the system with EINVAL.
 */
function numericOnly(family: AddressFamily): (hostname: string, options: unknown, callback: LookupCallback) => void {
  return (hostname, _options, callback) => callback(null, hostname, family);
}

class NodeDatagramSocket implements DatagramSocket {
  // What every packet needs comes first, side by side.
  readonly #socket: Socket;
  #closed: Promise<void> | undefined;
  /** The last `onSent` and the callback made for it: a stream of packets has one for all of them. */
  #onSent: (() => void) | undefined;
  #onSentOrFailed: SendCallback;
  readonly #receiver: DatagramReceiver;
  readonly family: AddressFamily;
  readonly localAddress: string;
  readonly localPort: number;
  readonly receiveBufferBytes: number | undefined;
  readonly sendBufferBytes: number | undefined;
  readonly #onFailed: SendCallback = (error) => {
    if (error) this.#report(error);
  };

  constructor(socket: Socket, family: AddressFamily, options: BindDatagramOptions, receiver: DatagramReceiver) {
    const { address, port } = socket.address();
    this.family = family;
    this.localAddress = address;
    this.localPort = port;
    this.receiveBufferBytes = askForBuffer(options.receiveBufferBytes, "Recv", socket);
    this.sendBufferBytes = askForBuffer(options.sendBufferBytes, "Send", socket);
    this.#socket = socket;
    this.#receiver = receiver;
    this.#onSentOrFailed = this.#onFailed;
    socket.on("message", (data, from) => receiver.onDatagram(data, from.address, from.port, this));
    socket.on("error", (error) => this.#report(error));
  }

  send(data: Uint8Array, port: number, address: string, onSent?: () => void): void {
    if (this.#closed) return;
    if (onSent !== this.#onSent) this.#rememberOnSent(onSent);
    try {
      this.#socket.send(data, port, address, this.#onSentOrFailed);
    } catch (error) {
      // A port outside 1-65535, or data that is no Uint8Array.
      process.nextTick(this.#onSentOrFailed, Object.assign(error as Error, { address, port }));
    }
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#socket.removeAllListeners("message");
      this.#socket.close(() => resolve());
    });
    return this.#closed;
  }

  #rememberOnSent(onSent: (() => void) | undefined): void {
    this.#onSent = onSent;
    this.#onSentOrFailed = onSent
      ? (error) => {
          if (error) this.#report(error);
          onSent();
        }
      : this.#onFailed;
  }

  #report(error: Error): void {
    if (this.#closed) return;
    const explained = networkErrorFrom(error, `UDP ${formatHostPort(this.localAddress, this.localPort)}`);
    this.#receiver.onSocketError(explained, this, destinationOf(error));
  }
}

/** Asks the kernel for a buffer of `bytes` and returns what it grants. */
function askForBuffer(bytes: number | undefined, which: "Recv" | "Send", socket: Socket): number {
  try {
    if (bytes !== undefined) socket[`set${which}BufferSize`](bytes);
  } catch {
    // Some systems refuse more than their limit instead of granting the limit: what is granted then is the default.
  }
  return socket[`get${which}BufferSize`]() / reportedPerGranted;
}

/** Where a send that failed was to go: node:dgram puts it into its error. */
function destinationOf(error: Error): SocketAddress | undefined {
  if (!("address" in error && "port" in error)) return undefined;
  const { address, port } = error;
  return typeof address === "string" && typeof port === "number" ? { address, port } : undefined;
}
