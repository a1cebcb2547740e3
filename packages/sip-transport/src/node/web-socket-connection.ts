import { isUtf8 } from "node:buffer";
import type { Duplex } from "node:stream";
import type { StreamConnection, StreamReceiver, Timer } from "@sidetone/infra-common";
import type { WebSocket } from "ws";
import { WebSocketFrameScan } from "./web-socket-frame-scan.ts";
import type { HttpStream, WebSocketSettings } from "./http-stream.ts";
import type { LowerStream } from "./lower-stream.ts";

const nothing = Buffer.alloc(0);
const normalClosure = 1000;
const highWaterMarkBytes = 16_384;

const onPingTimer = (connection: WebSocketConnection): void => connection.checkLife();
const onMessageTimer = (connection: WebSocketConnection): void => void connection.close({ abort: true });

/** An open WebSocket as a connection: what `send` takes and `onData` gives are whole messages. */
export class WebSocketConnection implements StreamConnection {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #settings: WebSocketSettings;
  readonly #socket: WebSocket;
  readonly #lower: LowerStream;
  readonly #receiver: StreamReceiver;
  readonly #closed: Promise<void>;
  #error: Error | undefined = undefined;
  #isClosing = false;
  #pingTimer: Timer | undefined = undefined;
  #messageTimer: Timer | undefined = undefined;
  readonly #frames = new WebSocketFrameScan();
  /** Whether a frame has come since it was last looked. */
  #isAlive = true;
  #awaitsPong = false;

  constructor(settings: WebSocketSettings, socket: WebSocket, { stream, lower }: HttpStream, receiver: StreamReceiver) {
    const { localAddress, localPort, remoteAddress, remotePort } = lower.connection;
    this.localAddress = localAddress;
    this.localPort = localPort;
    this.remoteAddress = remoteAddress;
    this.remotePort = remotePort;
    this.#settings = settings;
    this.#socket = socket;
    this.#lower = lower;
    this.#receiver = receiver;
    this.#closed = new Promise<void>((resolve) => {
      socket.once("close", () => {
        this.#stopTimers();
        lower.destroy();
        if (lower.duplex.closed) resolve();
        else lower.duplex.once("close", resolve);
      });
    }).then(() => receiver.onClosed(this.#isClosing ? undefined : this.#error, this));
    this.#listen(stream);
    if (settings.options.pingIntervalMs > 0) this.#wait(settings.options.pingIntervalMs);
  }

  get queuedBytes(): number {
    return this.#socket.bufferedAmount + this.#lower.queuedBytes;
  }

  /** "MUST support both text and binary" (RFC 7118 §4.2); text is what browsers' clients are used to, where the message is UTF-8. */
  send(data: Uint8Array): boolean {
    if (this.#isClosing || this.#socket.readyState !== this.#socket.OPEN) return true;
    this.#socket.send(data, { binary: !isUtf8(data) });
    return this.queuedBytes < highWaterMarkBytes;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close({ abort = false }: { abort?: boolean } = {}): Promise<void> {
    const isFirst = !this.#isClosing;
    this.#isClosing = true;
    this.#stopTimers();
    if (abort) {
      this.#lower.destroy();
      this.#socket.terminate();
    } else if (isFirst) {
      this.#socket.resume();
      this.#socket.close(normalClosure);
    }
    return this.#closed;
  }

  /** Sends a Ping, whose Pong is data without a byte (RFC 6455 §5.5.2). */
  ping(): void {
    if (!this.#isClosing && this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  /** Sends a Ping when it was quiet, and gives the connection up when no Pong came (RFC 6455 §5.5.2). */
  checkLife(): void {
    const { pingIntervalMs, pongTimeoutMs } = this.#settings.options;
    if (this.#isAlive) {
      this.#isAlive = false;
      this.#awaitsPong = false;
      return this.#wait(pingIntervalMs);
    }
    if (this.#awaitsPong) {
      this.#error = new Error("no Pong came in time");
      this.#lower.destroy();
      return this.#socket.terminate();
    }
    this.#awaitsPong = true;
    this.#socket.ping();
    this.#wait(pongTimeoutMs);
  }

  #listen(stream: Duplex): void {
    const socket = this.#socket;
    socket.on("message", (data: Buffer) => {
      this.#isAlive = true;
      if (!this.#isClosing) this.#receiver.onData(data, this);
    });
    // To the flow, these are what CRLF is on other streams: the peer lives.
    const onControl = (): void => {
      this.#isAlive = true;
      if (!this.#isClosing) this.#receiver.onData(nothing, this);
    };
    socket.on("ping", onControl);
    socket.on("pong", onControl);
    socket.on("error", (error) => void (this.#error ??= this.#lower.explain(error)));
    this.#lower.duplex.on("error", (error) => void (this.#error ??= this.#lower.explain(error)));
    stream.on("drain", () => {
      if (!this.#isClosing) this.#receiver.onDrain(this);
    });
    stream.prependListener("data", (data: Buffer) => this.#watchMessage(data));
  }

  /** A message that has begun has a limited time to end, however many Pings come between its fragments. */
  #watchMessage(data: Buffer): void {
    const hasEnded = this.#frames.push(data);
    if (hasEnded || !this.#frames.isWithinMessage) {
      this.#messageTimer?.cancel();
      this.#messageTimer = undefined;
    }
    if (this.#messageTimer || this.#isClosing || !this.#frames.isWithinMessage) return;
    const { environment, options } = this.#settings.context;
    this.#messageTimer = environment.clock.setTimer(options.messageTimeoutMs, onMessageTimer, this);
  }

  #wait(delayMs: number): void {
    this.#pingTimer = this.#settings.context.environment.clock.setTimer(delayMs, onPingTimer, this);
  }

  #stopTimers(): void {
    this.#pingTimer?.cancel();
    this.#messageTimer?.cancel();
  }
}
