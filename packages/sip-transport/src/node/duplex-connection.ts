import type { Duplex } from "node:stream";
import type { StreamConnection, StreamReceiver } from "@sidetone/infra-common";
import type { LowerStream } from "./lower-stream.ts";

/** What a layer above a connection (TLS) makes of it, as a connection again. */
export class DuplexConnection implements StreamConnection {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #upper: Duplex;
  readonly #lower: LowerStream;
  readonly #closed: Promise<void>;
  #isClosing = false;
  #error: Error | undefined = undefined;

  /** Takes over the listeners of `upper`, from which nothing has been read yet. */
  constructor(upper: Duplex, lower: LowerStream, receiver: StreamReceiver) {
    const { localAddress, localPort, remoteAddress, remotePort } = lower.connection;
    this.localAddress = localAddress;
    this.localPort = localPort;
    this.remoteAddress = remoteAddress;
    this.remotePort = remotePort;
    this.#upper = upper;
    this.#lower = lower;
    upper.on("error", (error) => void (this.#error ??= lower.explain(error)));
    lower.duplex.on("error", (error) => void (this.#error ??= lower.explain(error)));
    upper.on("drain", () => {
      if (!this.#isClosing) receiver.onDrain(this);
    });
    this.#closed = Promise.all([closedOf(upper, lower.duplex), closedOf(lower.duplex, upper)]).then(() =>
      receiver.onClosed(this.#isClosing ? undefined : this.#error, this),
    );
    upper.on("data", (data: Buffer) => {
      if (!this.#isClosing) receiver.onData(data, this);
    });
  }

  get queuedBytes(): number {
    return this.#upper.writableLength + this.#lower.queuedBytes;
  }

  send(data: Uint8Array): boolean {
    if (this.#isClosing || !this.#upper.writable) return true;
    return this.#upper.write(data);
  }

  pause(): void {
    this.#upper.pause();
  }

  resume(): void {
    this.#upper.resume();
  }

  close({ abort = false }: { abort?: boolean } = {}): Promise<void> {
    const isFirst = !this.#isClosing;
    this.#isClosing = true;
    if (abort) {
      this.#lower.destroy();
      this.#upper.destroy();
    } else if (isFirst) {
      this.#upper.resume();
      this.#upper.end(() => this.#upper.destroy());
    }
    return this.#closed;
  }
}

/** Resolves when `stream` has closed, and takes `other` with it. */
function closedOf(stream: Duplex, other: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const onClose = (): void => {
      other.destroy();
      resolve();
    };
    if (stream.closed) onClose();
    else stream.once("close", onClose);
  });
}
