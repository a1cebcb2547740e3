import {
  addressFamily,
  formatHostPort,
  isWildcard,
  NetworkError,
  normaliseAddress,
  type AddressFamily,
  type DatagramReceiver,
  type DatagramSocket,
  type SocketAddress,
} from "@sidetone/infra-common";
import type { HostContext } from "./network-context.ts";
import type { Packet } from "./packet.ts";

/** The longest payload of a UDP datagram over IPv4, in bytes. */
const longestDatagram = 65_507;

/** A datagram socket of a {@link VirtualHost}. */
export class VirtualDatagramSocket implements DatagramSocket {
  readonly family: AddressFamily;
  readonly localAddress: string;
  readonly localPort: number;
  readonly receiveBufferBytes = undefined;
  readonly sendBufferBytes = undefined;
  readonly #host: HostContext;
  readonly #receiver: DatagramReceiver;
  readonly #onClosed: () => void;
  #closed = false;

  constructor(host: HostContext, local: SocketAddress, receiver: DatagramReceiver, onClosed: () => void) {
    this.#host = host;
    this.family = local.address.includes(":") ? 6 : 4;
    this.localAddress = local.address;
    this.localPort = local.port;
    this.#receiver = receiver;
    this.#onClosed = onClosed;
  }

  send(data: Uint8Array, port: number, address: string, onSent?: () => void): void {
    if (this.#closed) return;
    const { clock, icmp } = this.#host.network;
    const destination = { address: normaliseAddress(address), port };
    const source = isWildcard(this.localAddress) ? this.#host.sourceFor(destination.address) : this.localAddress;
    const error = this.#errorOf(data, destination, source);
    if (error) clock.setTimer(0, () => this.#report(error, destination));
    else {
      this.#host.send({
        protocol: "UDP",
        source: { address: source as string, port: this.localPort },
        destination,
        data: Buffer.from(data),
        ...(icmp && { onPortUnreachable: () => this.#report(this.#refused(destination), destination) }),
      });
    }
    // Not within send, as with a real socket.
    if (onSent) clock.setTimer(0, onSent);
  }

  receive(packet: Packet): void {
    this.#receiver.onDatagram(packet.data, packet.source.address, packet.source.port, this);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClosed();
  }

  #errorOf(data: Uint8Array, { address, port }: SocketAddress, source: string | undefined): NetworkError | undefined {
    const local = `UDP ${formatHostPort(this.localAddress, this.localPort)}`;
    if (addressFamily(address) !== this.family || !(port >= 1 && port <= 65_535)) {
      return new NetworkError("NETWORK_FAILED", `${local}: ${formatHostPort(address, port)} is no destination for it`);
    }
    if (source === undefined) return new NetworkError("NETWORK_UNREACHABLE", `${local}: no route to ${address}`);
    // Linux answers EINVAL: the address that the socket was bound to has been taken from the machine.
    if (!this.#host.hasAddress(source)) return new NetworkError("NETWORK_FAILED", `${local}: this virtual host has lost the address`);
    if (data.length > longestDatagram)
      return new NetworkError("NETWORK_MESSAGE_TOO_LONG", `${local}: ${data.length} bytes are too long for a datagram`);
    return undefined;
  }

  #refused({ address, port }: SocketAddress): NetworkError {
    return new NetworkError("NETWORK_CONNECTION_REFUSED", `UDP ${formatHostPort(address, port)}: nothing listens there`);
  }

  #report(error: Error, destination: SocketAddress): void {
    if (!this.#closed) this.#receiver.onSocketError(error, this, destination);
  }
}
