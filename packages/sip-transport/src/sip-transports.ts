import type { SipRequest, SipResponse, SipUri } from "@sidetone/sip-core";
import type { Flow } from "./flow.ts";
import type { Location } from "./locate/location.ts";
import type { KeepAlive, KeepAliveOptions } from "./keep-alive/keep-alive.ts";
import type { SipTarget } from "./sip-target.ts";
import type { SipTransportUser } from "./sip-transport-user.ts";
import type { TransportName } from "./transport-name.ts";

export interface ListenOptions {
  transport: TransportName;
  /** Numeric local address; `0.0.0.0` and `::` mean every address of that family. */
  address: string;
  /** 0 for any free port. */
  port: number;
  /** When this machine loses the address, go on at its main one instead of waiting for this to come back. Default false. */
  followsMachine?: boolean;
}

/** What became of a listening point when this machine's addresses changed. */
export interface ListeningChange {
  /** `lost`: closed, as its address has gone; opened again when that is back. `rebound`: it is open again. */
  readonly kind: "lost" | "rebound";
  readonly transport: TransportName;
  readonly address: string;
  readonly port: number;
  /** Of a point that follows the machine: where it was before. */
  readonly previousAddress: string | undefined;
}

/** An open socket that takes SIP messages. */
export interface ListeningPoint extends AsyncDisposable {
  readonly transport: TransportName;
  /** As bound: may be a wildcard. */
  readonly address: string;
  /** The port that was granted. */
  readonly port: number;
  /** Stops listening; flows over connections that are open stay. The port is free when the promise resolves. Idempotent. */
  close(): Promise<void>;
}

export interface FlowOptions {
  /** Size of the request on the wire, which decides between UDP and TCP (RFC 3261 §18.1.1). */
  messageBytes: number;
  /** Whether the URI asked for its transport by name (`;transport=udp`): it is then kept, whatever the size. */
  transportIsExplicit: boolean;
  signal?: AbortSignal;
}

/** The SIP transport layer (RFC 3261 §18): every way in and out of one user agent. */
export interface SipTransports extends AsyncDisposable {
  /** Takes what arrives. Set once, by the transaction layer, before anything is sent. */
  user: SipTransportUser;

  /** The points that are open. */
  readonly listeningPoints: readonly ListeningPoint[];

  /**
   * Opens a socket for `transport`.
   *
   * @throws {SipTransportError} `SIP_TRANSPORT_UNSUPPORTED`, `SIP_TRANSPORT_LISTEN_FAILED` or `SIP_TRANSPORT_CLOSED`.
   */
  listen(options: ListenOptions): Promise<ListeningPoint>;

  /**
   * The targets for a request to `uri`, best first (RFC 3263 §4): asks for NAPTR, SRV, A and AAAA records as far as the URI leaves
   * transport, port and address open, and draws by weight among SRV records of one priority. Answers are kept for their TTL. Targets of
   * an address family without a socket are left out.
   *
   * @throws {SipTransportError} `SIP_TRANSPORT_UNSUPPORTED`, `SIP_TRANSPORT_NAME_NOT_FOUND` or `SIP_TRANSPORT_NOT_LISTENING`.
   * @throws `signal.reason` when aborted.
   */
  locate(uri: SipUri, options?: { signal?: AbortSignal }): Promise<readonly SipTarget[]>;

  /**
   * What {@link locate} does for `uri`, step by step: the records found, the order chosen and why, and the error if there is no target.
   *
   * @throws {SipTransportError} `SIP_TRANSPORT_CLOSED`.
   * @throws `signal.reason` when aborted.
   */
  explainLocation(uri: SipUri, options?: { signal?: AbortSignal }): Promise<Location>;

  /**
   * A flow for a request to `target`: the UDP socket of its family, or a connection, which is reused or opened. With an `otherAddress`
   * a second attempt goes there after 250 ms, or as soon as the first fails, and the connection that is up first is taken (RFC 8305).
   *
   * A request of more than 1,300 bytes to a UDP target goes over TCP unless `transportIsExplicit`; when no connection comes up
   * within 2 s, it goes over UDP after all (RFC 3261 §18.1.1).
   *
   * @throws {SipTransportError} `SIP_TRANSPORT_UNSUPPORTED`, `SIP_TRANSPORT_CONNECT_FAILED`, `SIP_TRANSPORT_NOT_LISTENING` or `SIP_TRANSPORT_CLOSED`.
   * @throws `signal.reason` when aborted.
   */
  flowTo(target: SipTarget, options: FlowOptions): Promise<Flow>;

  /**
   * The flow for a response, from its top Via and the flow that brought the request (RFC 3261 §18.2.2, RFC 3581 §4).
   * Takes the request or a response to it, whose top Via is the same. It is `arrival` itself unless the Via names another
   * place or the connection has gone: then a connection to the Via's address is opened.
   *
   * @throws {SipTransportError} as {@link flowTo}.
   */
  responseFlow(message: SipRequest | SipResponse, arrival: Flow): Flow | Promise<Flow>;

  /**
   * Keeps a flow open, and tells when it fails: by pings on a stream, by STUN or line ends over UDP ({@link KeepAliveOptions}). One flow is
   * asked once, however many keep it. The failure of a flow that is closed already is told, too, though not before this returns.
   *
   * @throws {SipTransportError} `SIP_TRANSPORT_CLOSED`.
   */
  keepAlive(flow: Flow, options: KeepAliveOptions): KeepAlive;

  /**
   * Gives a flow up that somebody has found dead: a connection is closed, and everybody who has to do with the flow is told
   * (`SIP_TRANSPORT_KEEP_ALIVE_FAILED`). Over UDP the next message makes a new one.
   */
  abandonFlow(flow: Flow, why: string): void;

  /** Asks on every flow that is kept alive now, rather than when its time comes: after sleep, or when the network has changed. */
  checkFlows(): void;

  /**
   * This machine's addresses have changed. Which address is sent from is found anew; connections from an address that has gone end with
   * `SIP_TRANSPORT_CONNECTION_LOST`; listening points on one are closed and tell `onListening`, now and when they are back. Wildcard sockets
   * go on. A point that cannot be opened though its address is there is tried again, after 1 s and then more rarely, up to every 30 s.
   */
  followAddresses(onListening: (change: ListeningChange) => void): Promise<void>;

  /** Ends the connections that this side has opened, with `SIP_TRANSPORT_CONNECTION_LOST`: the next request opens new ones. */
  endOwnConnections(why: string): void;

  /** Closes every socket and connection. The ports are free and no timer is left when the promise resolves. Idempotent, never rejects. */
  close(): Promise<void>;
}
