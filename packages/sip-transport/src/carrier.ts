import type { ListenStreamOptions, SocketAddress, StreamConnection, StreamReceiver, StreamServer } from "@sidetone/infra-common";
import type { SipLimits, StreamFramerReceiver } from "@sidetone/sip-core";
import type { Visitor } from "./admission.ts";
import type { SipIdentities } from "./sip-identities.ts";
import type { TransportName } from "./transport-name.ts";

/** Takes the SIP messages out of what a connection brings. */
export interface MessageFramer {
  /** Whether a message has begun and not ended. */
  readonly isWithinMessage: boolean;
  /** `data` belongs to the framer. */
  push(data: Buffer): void;
  /** A ping was sent: the line end that comes next answers it. */
  expectPong?(): void;
}

/** A connection that is ready to carry SIP. */
export interface CarriedConnection {
  readonly connection: StreamConnection;
  /** Whose certificate the peer has shown and was found good; undefined without one. */
  readonly peer: SipIdentities | undefined;
}

/** Takes the connections that peers open, once they are ready to carry SIP. */
export interface CarrierListener {
  onConnection(carried: CarriedConnection, visitor: Visitor): StreamReceiver;
  onServerError(error: Error): void;
}

export interface ConnectOptions extends SocketAddress {
  /** The host of the URI: what a certificate has to name. */
  readonly hostName: string;
  readonly localAddress?: string;
  readonly signal: AbortSignal;
}

/** CRLF CRLF, "the ping", and the CRLF that answers it (RFC 5626 §3.5.1). */
export const linePing: Buffer = Buffer.from("\r\n\r\n", "latin1");
export const linePong: Buffer = Buffer.from("\r\n", "latin1");

/** What TCP, TLS, WS and WSS differ in: how a connection is set up, and where a message ends on it. */
export interface Carrier {
  readonly name: Exclude<TransportName, "UDP">;
  readonly secure: boolean;
  /** Whether every peer answers a ping. */
  readonly answersPings: boolean;
  /** Sends what a live peer answers at once. */
  sendPing(connection: StreamConnection): void;
  createFramer(receiver: StreamFramerReceiver, limits: SipLimits): MessageFramer;
  listen(options: ListenStreamOptions, listener: CarrierListener): Promise<StreamServer>;
  /** Rejects with `NetworkError`, `SipTransportError` or `signal.reason`. */
  connect(options: ConnectOptions, receiver: StreamReceiver): Promise<CarriedConnection>;
  /** Ends what is not ready yet. */
  close(): void;
}
