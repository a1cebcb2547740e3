import { Duplex } from "node:stream";
import type { StreamConnection, StreamReceiver } from "@sidetone/infra-common";
import type { Visitor } from "../admission.ts";

/**
 * A connection of the injected network as the stream that Node's TLS and HTTP work on. Ending it closes the connection after what is queued,
 * destroying it closes it at once.
 */
export class ConnectionDuplex extends Duplex implements StreamReceiver {
  readonly #visitor: Visitor | undefined;
  #connection: StreamConnection | undefined = undefined;
  #onDrain: (() => void) | undefined = undefined;

  /** @param visitor who opened the connection, unless this side did. */
  constructor(visitor?: Visitor) {
    super({ allowHalfOpen: false });
    this.#visitor = visitor;
    this.#connection = visitor?.connection;
  }

  /** The connection is up. */
  attach(connection: StreamConnection): this {
    this.#connection = connection;
    return this;
  }

  get connection(): StreamConnection {
    return this.#connection as StreamConnection;
  }

  onData(data: Buffer, connection: StreamConnection): void {
    if (!this.push(data)) connection.pause();
  }

  onDrain(): void {
    const onDrain = this.#onDrain;
    this.#onDrain = undefined;
    onDrain?.();
  }

  onClosed(error: Error | undefined): void {
    this.#visitor?.leave();
    if (error) this.destroy(error);
    else this.push(null);
    // Whoever waits for room waits in vain.
    this.onDrain();
  }

  override _read(): void {
    this.#connection?.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (this.connection.send(chunk)) callback();
    else this.#onDrain = callback;
  }

  override _final(callback: () => void): void {
    void this.#connection?.close();
    callback();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#onDrain = undefined;
    const closed = this.#connection?.close({ abort: !this.writableFinished }) ?? Promise.resolve();
    void closed.then(() => callback(error));
  }
}
