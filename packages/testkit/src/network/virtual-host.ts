import {
  abortable,
  addressFamily,
  isLoopback,
  isWildcard,
  NetworkError,
  normaliseAddress,
  type AddressFamily,
  type BindDatagramOptions,
  type ConnectStreamOptions,
  type DatagramReceiver,
  type DatagramSocket,
  type ListenStreamOptions,
  type Network,
  type ResolvedAddress,
  type SocketAddress,
  type StreamConnection,
  type StreamListener,
  type StreamReceiver,
  type StreamServer,
} from "@sidetone/infra-common";
import type { AddressSpace } from "./address-space.ts";
import type { HostContext, NetworkContext } from "./network-context.ts";
import type { Packet, Station } from "./packet.ts";
import { PortTable } from "./port-table.ts";
import { StreamTable } from "./stream-table.ts";
import { VirtualDatagramSocket } from "./virtual-datagram-socket.ts";

/** How long a change of addresses takes to be noticed: on average as long as the system's network takes, which looks every 2 s. */
const noticedAfterMs = 1000;

export interface HostOptions {
  /** Further addresses, of either family. */
  addresses?: readonly string[];
}

/** A machine on the virtual network: what a `Network` is on a real one. */
export class VirtualHost implements Network, Station, HostContext {
  readonly network: NetworkContext;
  readonly #space: AddressSpace;
  #addresses: readonly string[] = [];
  readonly #addressListeners = new Set<() => void>();
  #isAsleep = false;
  /** Addresses have changed during the sleep. */
  #isNoticeDue = false;
  /** Segments of streams that have come during the sleep: their senders repeat them until somebody is there. */
  #awaitingWake: Packet[] = [];
  readonly #datagrams = new PortTable<VirtualDatagramSocket>();
  readonly #streams: StreamTable;

  constructor(network: NetworkContext, space: AddressSpace, address: string, { addresses = [] }: HostOptions = {}) {
    this.network = network;
    this.#space = space;
    this.#streams = new StreamTable(this);
    this.#take([address, ...addresses]);
  }

  /** Its addresses in normal form, the main one first. */
  get addresses(): readonly string[] {
    return this.#addresses;
  }

  /** The main one; undefined, against its type, while it has none. */
  get address(): string {
    return this.#addresses[0] as string;
  }

  /**
   * Gives the host other addresses, or none; those that it keeps go on. What is bound to one that has gone stays open, hears nothing, and
   * fails to send: datagrams with an error, streams without. Who listens for changes hears of it 1 s later.
   */
  setAddresses(...addresses: string[]): void {
    this.#take(addresses);
    this.#noticeAddresses();
  }

  /** The machine is suspended: datagrams are lost, streams wait. */
  fallAsleep(): void {
    this.#isAsleep = true;
  }

  wake(): void {
    this.#isAsleep = false;
    if (this.#isNoticeDue) this.#noticeAddresses();
    for (const packet of this.#awaitingWake.splice(0)) this.receive(packet);
  }

  /** Sockets, servers and connections that are open: a test that ends with any has a leak. */
  get openSockets(): number {
    return this.#datagrams.size + this.#streams.size;
  }

  async bindDatagram(options: BindDatagramOptions, receiver: DatagramReceiver): Promise<DatagramSocket> {
    const address = this.checkLocal(options);
    const port = this.#datagrams.freePort(address, options.port);
    const socket = new VirtualDatagramSocket(this, { address, port }, receiver, () => this.#datagrams.remove(socket));
    this.#datagrams.add(socket);
    return socket;
  }

  async listenStream(options: ListenStreamOptions, listener: StreamListener): Promise<StreamServer> {
    return this.#streams.listen(options, listener);
  }

  async connectStream(options: ConnectStreamOptions, receiver: StreamReceiver): Promise<StreamConnection> {
    return this.#streams.connect(options, receiver);
  }

  async lookup(
    name: string,
    { family, signal }: { family?: AddressFamily; signal?: AbortSignal } = {},
  ): Promise<readonly ResolvedAddress[]> {
    const numeric = addressFamily(name);
    const addresses = numeric ? [name] : name.toLowerCase() === "localhost" ? ["127.0.0.1"] : this.network.addressesOf(name);
    const found = addresses
      .map((address): ResolvedAddress => ({ address, family: addressFamily(address) as AddressFamily }))
      .filter((resolved) => (family ?? resolved.family) === resolved.family);
    signal?.throwIfAborted();
    if (found.length === 0) throw new NetworkError("NETWORK_NAME_NOT_FOUND", `Cannot resolve "${name}": give it addresses with setName()`);
    return abortable(Promise.resolve(found), signal);
  }

  async sourceAddressFor(address: string): Promise<string> {
    const source = this.sourceFor(normaliseAddress(address));
    if (source === undefined) throw new NetworkError("NETWORK_UNREACHABLE", `this virtual host has no address to reach ${address} from`);
    return source;
  }

  localAddresses(): readonly string[] {
    return ["127.0.0.1", "::1", ...this.#addresses].sort();
  }

  onAddressesChanged(listener: () => void): () => void {
    const own = (): void => listener();
    this.#addressListeners.add(own);
    return () => void this.#addressListeners.delete(own);
  }

  hasAddress(address: string): boolean {
    return isLoopback(address) || this.#addresses.includes(address);
  }

  sourceFor(destination: string): string | undefined {
    if (this.hasAddress(destination)) return destination;
    const family = addressFamily(destination);
    return family && this.addresses.find((address) => addressFamily(address) === family);
  }

  checkLocal({ address, port }: SocketAddress): string {
    const local = normaliseAddress(address);
    if (!addressFamily(local)) throw new NetworkError("NETWORK_FAILED", `Cannot bind ${address}: it is not a numeric address`);
    if (!this.hasAddress(local) && !isWildcard(local)) {
      throw new NetworkError("NETWORK_ADDRESS_UNAVAILABLE", `Cannot bind ${address}: this virtual host has ${this.addresses.join(", ")}`);
    }
    if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) throw new NetworkError("NETWORK_FAILED", `Cannot bind port ${port}`);
    return local;
  }

  /** Puts a packet on the wire; one for this host itself arrives at once, though not before `send` has returned. */
  send(unnumbered: Omit<Packet, "id">): void {
    const packet: Packet = { ...unnumbered, id: this.network.nextPacketId() };
    const { address } = packet.destination;
    this.network.tap.report("sent", packet);
    if (!this.hasAddress(packet.source.address)) this.network.tap.report("dropped", packet, "unreachable");
    else if (this.hasAddress(address)) this.network.clock.setTimer(0, () => this.receive(packet));
    else this.#space.forward(packet);
  }

  receive(packet: Packet): void {
    if (this.#isAsleep) return this.#receiveAsleep(packet);
    if (!this.hasAddress(packet.destination.address)) return this.network.tap.report("dropped", packet, "unreachable");
    if (packet.protocol === "TCP") {
      this.network.tap.report("received", packet);
      this.#streams.receive(packet);
      return;
    }
    const socket = this.#datagrams.find(packet.destination.address, packet.destination.port);
    if (socket) {
      this.network.tap.report("received", packet);
      socket.receive(packet);
      return;
    }
    this.network.tap.report("dropped", packet, "portClosed");
    // RFC 1122 §3.2.2.1: a host answers a datagram to a port without a process by "port unreachable".
    if (this.network.icmp && packet.onPortUnreachable) this.network.clock.setTimer(1, packet.onPortUnreachable);
  }

  #noticeAddresses(): void {
    this.network.clock.setTimer(noticedAfterMs, () => {
      this.#isNoticeDue = this.#isAsleep;
      if (!this.#isAsleep) for (const listener of [...this.#addressListeners]) listener();
    });
  }

  #receiveAsleep(packet: Packet): void {
    if (packet.protocol === "UDP" || packet.segment === "SYN") this.network.tap.report("dropped", packet, "asleep");
    else this.#awaitingWake.push(packet);
  }

  #take(addresses: readonly string[]): void {
    const wanted = addresses.map(normaliseAddress);
    for (const own of wanted) {
      if (!addressFamily(own) || isWildcard(own) || isLoopback(own)) throw new RangeError(`${own} cannot be the address of a host`);
      if (!this.#addresses.includes(own)) this.#space.attach(own, this);
    }
    for (const own of this.#addresses) if (!wanted.includes(own)) this.#space.detach(own);
    this.#addresses = wanted;
  }
}
