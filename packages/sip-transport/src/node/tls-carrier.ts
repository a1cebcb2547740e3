import { connect, TLSSocket, type TLSSocketOptions } from "node:tls";
import {
  addressFamily,
  onAbort,
  type ListenStreamOptions,
  type Network,
  type StreamConnection,
  type StreamReceiver,
  type StreamServer,
} from "@sidetone/infra-common";
import { StreamFramer, type SipLimits, type StreamFramerReceiver } from "@sidetone/sip-core";
import type { Admission, Visitor } from "../admission.ts";
import {
  linePing,
  type CarriedConnection,
  type Carrier,
  type CarrierListener,
  type ConnectOptions,
  type MessageFramer,
} from "../carrier.ts";
import type { SipIdentities } from "../sip-identities.ts";
import { DuplexConnection } from "./duplex-connection.ts";
import { handshakeError } from "./handshake-error.ts";
import { LateReceiver } from "./late-receiver.ts";
import { connectLower, lowerOf, type LowerStream } from "./lower-stream.ts";
import type { TlsCredentials } from "./tls-credentials.ts";

/** A stream over TLS whose handshake is over. */
export interface SecuredStream {
  readonly socket: TLSSocket;
  readonly lower: LowerStream;
  /** Whose certificate the peer has shown and was found good. */
  readonly peer: SipIdentities | undefined;
}

/** SIP over TLS (RFC 3261 §26.2.1), on the connections of the injected network. */
export class TlsCarrier implements Carrier {
  readonly name: "TLS" | "WSS";
  readonly secure = true;
  readonly answersPings = false;
  readonly #network: Network;
  readonly #admission: Admission;
  readonly #credentials: TlsCredentials;
  readonly #onServerName: TLSSocketOptions["SNICallback"] & {};
  /** Handshakes under way. */
  readonly #pending = new Set<LowerStream>();

  /** @param name whose connections these are: WSS has HTTP above TLS. */
  constructor(name: "TLS" | "WSS", network: Network, admission: Admission, credentials: TlsCredentials) {
    this.name = name;
    this.#network = network;
    this.#admission = admission;
    this.#credentials = credentials;
    this.#onServerName = (name, answer) => answer(null, credentials.contextFor(name));
  }

  sendPing(connection: StreamConnection): void {
    connection.send(linePing);
  }

  createFramer(receiver: StreamFramerReceiver, limits: SipLimits): MessageFramer {
    return new StreamFramer(receiver, limits);
  }

  listen(options: ListenStreamOptions, listener: CarrierListener): Promise<StreamServer> {
    const onSecured = ({ socket, lower, peer }: SecuredStream, visitor: Visitor): void => {
      const late = new LateReceiver();
      const connection = new DuplexConnection(socket, lower, late);
      late.receiver = listener.onConnection({ connection, peer }, visitor);
    };
    return this.listenSecured(options, onSecured, (error) => listener.onServerError(error));
  }

  async connect(options: ConnectOptions, receiver: StreamReceiver): Promise<CarriedConnection> {
    const { socket, lower, peer } = await this.connectSecured(options);
    return { connection: new DuplexConnection(socket, lower, receiver), peer };
  }

  async listenSecured(
    options: ListenStreamOptions,
    onSecured: (stream: SecuredStream, visitor: Visitor) => void,
    onServerError: (error: Error) => void,
  ): Promise<StreamServer> {
    this.#credentials.checkServer();
    return this.#network.listenStream(options, {
      onConnection: (connection) => {
        const visitor = this.#admission.admit(connection);
        return visitor && this.#shakeHands(visitor, onSecured);
      },
      onServerError,
    });
  }

  /** @throws {SipTransportError} `SIP_TRANSPORT_CERTIFICATE` when the peer's certificate is not that of the host. */
  async connectSecured(options: ConnectOptions): Promise<SecuredStream> {
    const { hostName, signal } = options;
    const lower = await connectLower(this.#network, options);
    const name = this.#credentials.serverNameFor(hostName);
    const check = this.#credentials.checkOf(name);
    const socket = connect({
      ...this.#credentials.clientOptions(),
      ...this.#alpn,
      socket: lower.duplex,
      rejectUnauthorized: check.needsChain,
      checkServerIdentity: (_host, certificate) => check.judge(certificate),
      // "Literal IPv4 and IPv6 addresses are not permitted" in SNI (RFC 6066 §3).
      ...(addressFamily(name) ? {} : { servername: name }),
    });
    lower.upper = socket;
    await this.#whenSecured(socket, lower, signal, () => check.refusal);
    return { socket, lower, peer: socket.authorized ? this.#credentials.identitiesOf(socket.getPeerX509Certificate()) : undefined };
  }

  close(): void {
    for (const lower of this.#pending) lower.destroy();
    this.#credentials.close();
  }

  get #alpn(): { ALPNProtocols?: string[] } {
    const { alpn } = this.#credentials;
    return alpn.length > 0 && this.name === "TLS" ? { ALPNProtocols: [...alpn] } : {};
  }

  async #whenSecured(socket: TLSSocket, lower: LowerStream, signal: AbortSignal, refusal: () => Error | undefined): Promise<void> {
    this.#pending.add(lower);
    const forgetSignal = onAbort(signal, () => lower.destroy());
    lower.duplex.on("error", ignore);
    try {
      await new Promise<void>((resolve, reject) => {
        let cause: Error | undefined;
        socket.on("error", (error) => (cause ??= lower.explain(error)));
        socket.once("secureConnect", resolve);
        socket.once("close", () => reject(refusal() ?? cause ?? new Error("the peer closed the connection during the TLS handshake")));
      });
    } catch (error) {
      lower.destroy();
      signal.throwIfAborted();
      throw handshakeError(error as NodeJS.ErrnoException);
    } finally {
      forgetSignal();
      this.#pending.delete(lower);
    }
  }

  /** The server's side; what becomes of a handshake that never ends is the visitor's time limit. */
  #shakeHands(visitor: Visitor, onSecured: (stream: SecuredStream, visitor: Visitor) => void): StreamReceiver {
    const { lower, receiver } = lowerOf(visitor);
    const { context, requestCert, hasSeveral } = this.#credentials;
    const socket = new TLSSocket(lower.duplex, {
      isServer: true,
      secureContext: context,
      requestCert,
      rejectUnauthorized: requestCert,
      ...this.#alpn,
      // OpenSSL halts for the answer: where there is one certificate alone, nobody is asked.
      ...(hasSeveral && { SNICallback: this.#onServerName }),
    });
    lower.upper = socket;
    this.#pending.add(lower);
    const forget = (): void => void this.#pending.delete(lower);
    lower.duplex.on("error", ignore);
    lower.duplex.once("close", forget);
    socket.on("error", ignore);
    socket.once("close", () => lower.destroy());
    socket.once("secure", () => {
      forget();
      if (requestCert && !isChainTrusted(socket)) return void lower.destroy();
      const peer = requestCert ? this.#credentials.identitiesOf(socket.getPeerX509Certificate()) : undefined;
      onSecured({ socket, lower, peer }, visitor);
    });
    return receiver;
  }
}

function ignore(): void {}

/** OpenSSL's verdict on the client's chain, as tls.Server asks for it; it has none of its own for streams from elsewhere. */
function isChainTrusted(socket: TLSSocket): boolean {
  const { ssl } = socket as TLSSocket & { ssl: { verifyError(): Error | null | undefined } };
  return !ssl.verifyError() && socket.getPeerX509Certificate() !== undefined;
}
