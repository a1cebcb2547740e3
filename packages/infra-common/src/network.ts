export type AddressFamily = 4 | 6;

/** An IP address in text form (IPv6 without brackets) and a port. */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

/** Takes what a {@link DatagramSocket} receives; one object may serve many sockets. */
export interface DatagramReceiver {
  /** `data` belongs to the receiver. `address` is numeric. */
  onDatagram(data: Buffer, address: string, port: number, socket: DatagramSocket): void;
  /**
   * An earlier send failed, to `destination` where the system says so, or the socket broke. It stays open unless closed.
   * Whether ICMP's "port unreachable" comes here is the system's choice: Linux tells connected sockets only, and these are not.
   */
  onSocketError(error: Error, socket: DatagramSocket, destination?: SocketAddress): void;
}

/** A bound datagram socket. Holds the process open until closed. */
export interface DatagramSocket {
  readonly family: AddressFamily;
  readonly localAddress: string;
  readonly localPort: number;
  /** Size of the kernel's buffers as granted, in bytes, or undefined where there are none (virtual). */
  readonly receiveBufferBytes: number | undefined;
  readonly sendBufferBytes: number | undefined;
  /**
   * Hands one datagram to the network before it returns, and never throws: failures reach `onSocketError`.
   * `data` may be written over once `onSent` has run; without `onSent` the caller leaves it alone.
   * `address` is numeric.
   */
  send(data: Uint8Array, port: number, address: string, onSent?: () => void): void;
  /** Idempotent; the port is free when the promise resolves. Nothing is received after the call. */
  close(): Promise<void>;
}

export interface BindDatagramOptions {
  /** Numeric local address; a wildcard (`0.0.0.0`, `::`) is allowed. An IPv6 socket takes IPv6 only. */
  address: string;
  /** 0 for any free port. */
  port: number;
  /** Kernel buffer sizes to ask for, in bytes; what was granted can be read back. */
  receiveBufferBytes?: number;
  sendBufferBytes?: number;
}

/** Takes what a {@link StreamConnection} receives. */
export interface StreamReceiver {
  /** `data` belongs to the receiver. */
  onData(data: Buffer, connection: StreamConnection): void;
  /** The send queue is empty again after `send` returned false. */
  onDrain(connection: StreamConnection): void;
  /** Exactly once, after the last `onData`; `error` when the connection broke. */
  onClosed(error: Error | undefined, connection: StreamConnection): void;
}

/** An open byte stream (TCP). */
export interface StreamConnection {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Bytes accepted by `send` and not yet taken by the kernel. */
  readonly queuedBytes: number;
  /** Queues the bytes, in order, and owns them from then on; false when the caller should wait for `onDrain`. Never throws; ignored once closed. */
  send(data: Uint8Array): boolean;
  /** Stops or resumes reading (back-pressure). */
  pause(): void;
  resume(): void;
  /** Closes after what is queued was sent, or at once with `abort: true`. Idempotent. */
  close(options?: { abort?: boolean }): Promise<void>;
  /**
   * Gives the system's own socket (of `node:net`) to a layer that can work on it (TLS). From then on the connection itself reads and writes
   * nothing: the receiver hears of nothing but `onClosed`, and `close` is to be used with `abort`. To be called before any data has come:
   * in `onConnection`, or as soon as `connectStream` has resolved. Missing where no such socket is below.
   */
  takeSocket?(layer: SocketLayer): NodeJS.ReadWriteStream;
}

/** What works on a socket that it has taken. */
export interface SocketLayer {
  /** Whether it has ended its side and has nothing left to write: the system does not reset a socket that is shutting down. */
  readonly hasEnded: boolean;
}

/** Decides on each accepted connection. */
export interface StreamListener {
  /** Returns the receiver of the new connection, or undefined to refuse it. */
  onConnection(connection: StreamConnection): StreamReceiver | undefined;
  onServerError(error: Error): void;
}

/** A listening stream socket. Holds the process open until closed. */
export interface StreamServer {
  readonly family: AddressFamily;
  readonly localAddress: string;
  readonly localPort: number;
  /** Stops accepting; open connections stay. Idempotent. */
  close(): Promise<void>;
}

export interface ListenStreamOptions {
  address: string;
  /** 0 for any free port. */
  port: number;
}

export interface ConnectStreamOptions {
  /** Numeric remote address. */
  address: string;
  port: number;
  /** Numeric local address to connect from. */
  localAddress?: string;
  signal?: AbortSignal;
}

/** One numeric address of a name. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: AddressFamily;
}

/** The only way to the outside: the system's sockets, or a virtual network in tests. */
export interface Network {
  /** Rejects with {@link NetworkError} `NETWORK_ADDRESS_IN_USE`, `NETWORK_ADDRESS_UNAVAILABLE`, `NETWORK_PERMISSION_DENIED` or `NETWORK_FAILED`. */
  bindDatagram(options: BindDatagramOptions, receiver: DatagramReceiver): Promise<DatagramSocket>;
  /** Rejects like {@link bindDatagram}. */
  listenStream(options: ListenStreamOptions, listener: StreamListener): Promise<StreamServer>;
  /** Rejects with {@link NetworkError} `NETWORK_CONNECTION_REFUSED`, `NETWORK_UNREACHABLE`, `NETWORK_CONNECTION_TIMEOUT` or `NETWORK_FAILED`, or with `signal.reason`. */
  connectStream(options: ConnectStreamOptions, receiver: StreamReceiver): Promise<StreamConnection>;
  /** Addresses of a host name in the resolver's order (A and AAAA, /etc/hosts); rejects with `NETWORK_NAME_NOT_FOUND`. A numeric address resolves to itself. */
  lookup(name: string, options?: { family?: AddressFamily; signal?: AbortSignal }): Promise<readonly ResolvedAddress[]>;
  /** The local address that the system would send from to reach numeric `address` (a connected UDP probe; nothing is sent). Rejects with `NETWORK_UNREACHABLE`. */
  sourceAddressFor(address: string): Promise<string>;
  /** The addresses of this machine's interfaces that are up, loopback too: in normal form, sorted, link-local IPv6 with its zone (`fe80::1%eth0`). */
  localAddresses(): readonly string[];
  /** Runs `listener` after an address has come or gone; the system's network notices within 2 s. Returns the function that ends it. */
  onAddressesChanged(listener: () => void): () => void;
}
