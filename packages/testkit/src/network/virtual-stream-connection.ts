import { formatHostPort, NetworkError, type SocketAddress, type StreamConnection, type StreamReceiver } from "@sidetone/infra-common";
import type { HostContext } from "./network-context.ts";
import type { Packet, SegmentKind } from "./packet.ts";

/** `send` returns false from this many queued bytes on, as Node's sockets do. */
const highWaterMarkBytes = 16_384;
const noData = Buffer.alloc(0);

/** One end of a virtual TCP connection. */
export class VirtualStreamConnection implements StreamConnection {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #host: HostContext;
  readonly #onForgotten: () => void;
  #receiver: StreamReceiver | undefined;
  #onAnswer: ((isAccepted: boolean) => void) | undefined;
  /** Bytes that the peer's window does not admit yet. */
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #windowBytes: number;
  #mustDrain = false;
  /** What has arrived while the reader pauses; undefined stands for the peer's end. */
  #arrived: (Buffer | undefined)[] = [];
  #consumedBytes = 0;
  #paused = false;
  /** Nothing more is sent or received by the user of this end. */
  #closing = false;
  #remoteEnded = false;
  #over = false;
  #resolveClosed: () => void = () => {};
  readonly #closed: Promise<void> = new Promise((resolve) => (this.#resolveClosed = resolve));

  constructor(host: HostContext, local: SocketAddress, remote: SocketAddress, onForgotten: () => void) {
    this.#host = host;
    this.localAddress = local.address;
    this.localPort = local.port;
    this.remoteAddress = remote.address;
    this.remotePort = remote.port;
    this.#windowBytes = host.network.streamWindowBytes;
    this.#onForgotten = onForgotten;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  send(data: Uint8Array): boolean {
    if (this.#closing || this.#remoteEnded || this.#over) return true;
    this.#queue.push(Buffer.from(data));
    this.#queuedBytes += data.length;
    this.#transmit();
    const isFull = this.#queuedBytes >= highWaterMarkBytes;
    if (isFull) this.#mustDrain = true;
    return !isFull;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#host.network.clock.setTimer(0, () => this.#read());
  }

  close({ abort = false }: { abort?: boolean } = {}): Promise<void> {
    if (this.#over) return this.#closed;
    if (abort) {
      this.sendSegment("RST");
      this.#finishLater();
    } else if (!this.#closing) {
      this.#closing = true;
      if (this.#endIfSent()) this.#finishLater();
    }
    return this.#closed;
  }

  /** Runs `onAnswer` when the handshake is over: true for SYN-ACK or ACK, false for RST. */
  whenAnswered(onAnswer: (isAccepted: boolean) => void): void {
    this.#onAnswer = onAnswer;
  }

  /** The handshake is over. */
  open(receiver: StreamReceiver): void {
    this.#receiver = receiver;
  }

  /** The listener does not want it. */
  refuse(): void {
    if (!this.#over) this.sendSegment("RST");
    this.forget();
  }

  /** Ends without telling anyone. */
  forget(): void {
    this.#leave();
    this.#resolveClosed();
  }

  sendSegment(segment: SegmentKind, data: Buffer = noData, consumedBytes = 0): void {
    this.#host.send({
      protocol: "TCP",
      source: { address: this.localAddress, port: this.localPort },
      destination: { address: this.remoteAddress, port: this.remotePort },
      segment,
      data,
      consumedBytes,
    });
  }

  receive({ segment, data, consumedBytes = 0 }: Packet): void {
    if (segment === "RST") return this.#onReset();
    if (segment === "SYN-ACK" || segment === "ACK" || segment === "DATA") this.#answer(true);
    if (this.#over) return;
    if (segment === "ACK") this.#onWindow(consumedBytes);
    if (segment === "DATA") this.#arrived.push(data);
    if (segment === "FIN") this.#arrived.push(undefined);
    this.#read();
  }

  #answer(isAccepted: boolean): void {
    const onAnswer = this.#onAnswer;
    this.#onAnswer = undefined;
    onAnswer?.(isAccepted);
  }

  #onReset(): void {
    if (this.#onAnswer) return this.#answer(false);
    const peer = formatHostPort(this.remoteAddress, this.remotePort);
    this.#finish(
      this.#closing ? undefined : new NetworkError("NETWORK_FAILED", `TCP connection with ${peer} broke: the peer broke the connection`),
    );
  }

  /** Hands out what has arrived, while nobody pauses. */
  #read(): void {
    while (this.#arrived.length > 0 && !this.#over && (!this.#paused || this.#closing)) {
      const data = this.#arrived.shift();
      if (!data) return this.#onRemoteEnd();
      this.#consumedBytes += data.length;
      // The window opens again by halves, not for every segment.
      if (this.#consumedBytes * 2 >= this.#host.network.streamWindowBytes) {
        this.sendSegment("ACK", noData, this.#consumedBytes);
        this.#consumedBytes = 0;
      }
      if (!this.#closing) this.#receiver?.onData(data, this);
    }
  }

  /** The peer has closed: this end sends what it has queued, and closes too. */
  #onRemoteEnd(): void {
    this.#remoteEnded = true;
    if (this.#endIfSent()) this.#finish(undefined);
  }

  #onWindow(bytes: number): void {
    this.#windowBytes += bytes;
    this.#transmit();
    if ((this.#closing || this.#remoteEnded) && this.#endIfSent()) return this.#finish(undefined);
    if (this.#queuedBytes > 0 || !this.#mustDrain) return;
    this.#mustDrain = false;
    if (!this.#closing) this.#receiver?.onDrain(this);
  }

  /** Sends as much of the queue as the peer's window admits. */
  #transmit(): void {
    while (this.#windowBytes > 0 && this.#queue.length > 0) {
      const first = this.#queue[0] as Buffer;
      const length = Math.min(first.length, this.#windowBytes, this.#host.network.streamSegmentBytes);
      if (length === first.length) this.#queue.shift();
      else this.#queue[0] = first.subarray(length);
      this.#queuedBytes -= length;
      this.#windowBytes -= length;
      // A copy: the receiver owns the bytes it gets.
      if (length > 0) this.sendSegment("DATA", Buffer.from(first.subarray(0, length)));
    }
  }

  #endIfSent(): boolean {
    if (this.#queuedBytes > 0) return false;
    this.sendSegment("FIN");
    return true;
  }

  /** Closed by its user: it is told after `close` has returned. */
  #finishLater(): void {
    this.#closing = true;
    this.#leave();
    queueMicrotask(() => this.#tellClosed(undefined));
  }

  #finish(error: NetworkError | undefined): void {
    if (this.#over) return;
    this.#leave();
    this.#tellClosed(error);
  }

  #tellClosed(error: NetworkError | undefined): void {
    this.#resolveClosed();
    this.#receiver?.onClosed(error, this);
  }

  /** Takes this end off the network: the same addresses and ports may meet again. */
  #leave(): void {
    if (this.#over) return;
    this.#over = true;
    this.#onAnswer = undefined;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#arrived = [];
    this.#onForgotten();
  }
}
