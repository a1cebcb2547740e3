import type { Duplex } from "node:stream";
import {
  formatHostPort,
  onAbort,
  type ListenStreamOptions,
  type StreamConnection,
  type StreamReceiver,
  type StreamServer,
} from "@sidetone/infra-common";
import type { SipLimits, StreamFramerReceiver } from "@sidetone/sip-core";
import type { WebSocket } from "ws";
import type { Visitor } from "../admission.ts";
import type { CarriedConnection, Carrier, CarrierListener, ConnectOptions, MessageFramer } from "../carrier.ts";
import type { TransportContext } from "../transport-context.ts";
import { largestMessageBytes, WebSocketFramer } from "../web-socket-framer.ts";
import { defaultWebSocketOptions, type WebSocketOptions } from "../web-socket-options.ts";
import { ConnectionDuplex } from "./connection-duplex.ts";
import type { HttpStream, WebSocketSettings } from "./http-stream.ts";
import { LateReceiver } from "./late-receiver.ts";
import { LowerStream } from "./lower-stream.ts";
import { TlsCarrier } from "./tls-carrier.ts";
import type { TlsCredentials } from "./tls-credentials.ts";
import { WebSocketConnection } from "./web-socket-connection.ts";
import { createWebSocketDoor, subprotocol } from "./web-socket-door.ts";

/** SIP over WebSocket (RFC 7118): one message per WebSocket message. Without extensions: compression would cost more than it saves. */
export class WebSocketCarrier implements Carrier, WebSocketSettings {
  readonly name: "WS" | "WSS";
  readonly answersPings = true;
  readonly context: TransportContext;
  readonly options: WebSocketOptions & typeof defaultWebSocketOptions;
  readonly #tls: TlsCarrier | undefined;
  /** Streams on which no WebSocket is open yet. */
  readonly #pending = new Set<LowerStream>();

  constructor(name: "WS", context: TransportContext, options: WebSocketOptions);
  constructor(name: "WSS", context: TransportContext, options: WebSocketOptions, credentials: TlsCredentials);
  constructor(name: "WS" | "WSS", context: TransportContext, options: WebSocketOptions, credentials?: TlsCredentials) {
    const { network } = context.environment;
    this.name = name;
    this.context = context;
    this.options = { ...defaultWebSocketOptions, ...options } as WebSocketOptions & typeof defaultWebSocketOptions;
    this.#tls = credentials && new TlsCarrier("WSS", network, context.admission, credentials);
  }

  get secure(): boolean {
    return this.#tls !== undefined;
  }

  sendPing(connection: StreamConnection): void {
    if (connection instanceof WebSocketConnection) connection.ping();
  }

  createFramer(receiver: StreamFramerReceiver, limits: SipLimits): MessageFramer {
    return new WebSocketFramer(receiver, limits);
  }

  async listen(options: ListenStreamOptions, listener: CarrierListener): Promise<StreamServer> {
    const onServerError = (error: Error): void => listener.onServerError(error);
    const open = await createWebSocketDoor(this, (socket, http, visitor) => {
      this.#pending.delete(http.lower);
      const late = new LateReceiver();
      const connection = new WebSocketConnection(this, socket, http, late);
      late.receiver = listener.onConnection({ connection, peer: http.peer }, visitor);
    });
    const enter = (http: HttpStream, visitor: Visitor): void => {
      this.#hold(http.lower);
      open(http, visitor);
    };
    if (this.#tls) {
      return this.#tls.listenSecured(options, ({ socket, ...rest }, visitor) => enter({ stream: socket, ...rest }, visitor), onServerError);
    }
    const { environment, admission } = this.context;
    return environment.network.listenStream(options, {
      onConnection: (connection) => {
        const visitor = admission.admit(connection);
        if (!visitor) return undefined;
        const stream = new ConnectionDuplex(visitor);
        enter({ stream, lower: new LowerStream(connection, stream), peer: undefined }, visitor);
        return stream;
      },
      onServerError,
    });
  }

  async connect(options: ConnectOptions, receiver: StreamReceiver): Promise<CarriedConnection> {
    const http = await this.#connectStream(options);
    return { connection: await this.#upgrade(http, options, receiver), peer: http.peer };
  }

  close(): void {
    for (const lower of this.#pending) lower.destroy();
    this.#tls?.close();
  }

  /** How long a WebSocket message may be: checked on its length, before anything is kept of it. */
  get maxPayload(): number {
    return largestMessageBytes(this.context.options.limits);
  }

  async #connectStream(options: ConnectOptions): Promise<HttpStream> {
    if (this.#tls) {
      const { socket, lower, peer } = await this.#tls.connectSecured(options);
      return { stream: socket, lower, peer };
    }
    const { address, port, localAddress, signal } = options;
    const stream = new ConnectionDuplex();
    const from = localAddress === undefined ? {} : { localAddress };
    const connection = await this.context.environment.network.connectStream({ address, port, signal, ...from }, stream);
    return { stream: stream.attach(connection), lower: new LowerStream(connection, stream), peer: undefined };
  }

  /** The client's handshake (RFC 6455 §4.1): "the value 'sip' in the Sec-WebSocket-Protocol header" (RFC 7118 §4.1). */
  async #upgrade(http: HttpStream, { hostName, port, signal }: ConnectOptions, receiver: StreamReceiver): Promise<WebSocketConnection> {
    const { stream, lower } = http;
    const { WebSocket } = await import("ws");
    const { path, origin } = this.options;
    this.#hold(lower);
    const socket = new WebSocket(`${this.secure ? "wss" : "ws"}://${formatHostPort(hostName, port)}${path}`, [subprotocol], {
      createConnection: () => stream,
      perMessageDeflate: false,
      maxPayload: this.maxPayload,
      ...(origin === undefined ? {} : { origin }),
    });
    const forgetSignal = onAbort(signal, () => lower.destroy());
    try {
      return await new Promise<WebSocketConnection>((resolve, reject) => {
        // At once, so that nothing that follows the server's answer is missed.
        socket.once("open", () => resolve(new WebSocketConnection(this, socket, http, receiver)));
        socket.on("error", reject);
        lower.duplex.once("close", () => reject(new Error("the connection was closed during the WebSocket handshake")));
      });
    } catch (error) {
      lower.destroy();
      signal.throwIfAborted();
      throw error;
    } finally {
      forgetSignal();
      this.#pending.delete(lower);
    }
  }

  #hold(lower: LowerStream): void {
    this.#pending.add(lower);
    lower.duplex.on("error", () => {});
    lower.duplex.once("close", () => this.#pending.delete(lower));
  }
}
