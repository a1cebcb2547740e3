import { formatHostPort, type StreamConnection, type StreamReceiver, type Timer } from "@sidetone/infra-common";
import { serializeMessage, SipRequest, type SipParseError, type SipResponse, type StreamFramerReceiver } from "@sidetone/sip-core";
import type { Visitor } from "./admission.ts";
import { linePong, type Carrier, type CarriedConnection, type MessageFramer } from "./carrier.ts";
import type { Flow } from "./flow.ts";
import type { SipIdentities } from "./sip-identities.ts";
import { SipTransportError, type SipTransportErrorCode } from "./sip-transport-error.ts";
import type { TransportContext } from "./transport-context.ts";
import { traceMessage } from "./wire-trace.ts";

const nothing = Buffer.alloc(0);

const onIdleTimer = (flow: StreamFlow): void => flow.closeIfIdle();
const onMessageTimer = (flow: StreamFlow): void => flow.giveUp("SIP_TRANSPORT_CONNECTION_LOST", "a message began and did not end in time");
const onLingerTimer = (flow: StreamFlow): void => flow.abort();
const onStallTimer = (flow: StreamFlow): void => flow.giveUp("SIP_TRANSPORT_OVERLOADED", "the peer reads nothing of what is sent to it");

/** What becomes of a connection's flow is its transport's business. */
export interface StreamFlowOwner {
  readonly context: TransportContext;
  readonly carrier: Carrier;
  /** A request has come over a connection that the peer opened. */
  onInboundRequest(flow: StreamFlow, request: SipRequest): void;
  onFlowEnded(flow: StreamFlow, error: SipTransportError): void;
  /** The connection of a flow that has ended is closed. */
  onConnectionClosed(flow: StreamFlow): void;
}

/** One connection that carries SIP messages both ways (RFC 3261 §18.3). */
export class StreamFlow implements Flow, StreamReceiver, StreamFramerReceiver {
  readonly transport: Carrier["name"];
  readonly reliable = true;
  readonly secure: boolean;
  sentBy = "";
  /** Whether the peer is asked to send its requests over this connection, too (RFC 5923). */
  offersAlias = false;
  /** The host that this side asked for. */
  readonly hostName: string | undefined;
  /** Hosts without an address, `.invalid`, that the peer goes by (RFC 7118 §8). */
  peerName: string | undefined = undefined;
  /** Runs when the peer has shown that it lives: by a pong. */
  onAlive: (() => void) | undefined = undefined;
  #peerIdentities: SipIdentities | undefined = undefined;
  /** Undefined when this side opened the connection. */
  #visitor: Visitor | undefined;
  #isClosed = false;
  readonly #owner: StreamFlowOwner;
  readonly #framer: MessageFramer;
  #connection: StreamConnection | undefined = undefined;
  #lastActiveMs = 0;
  #idleTimer: Timer | undefined = undefined;
  #messageTimer: Timer | undefined = undefined;
  #stallTimer: Timer | undefined = undefined;
  #lingerTimer: Timer | undefined = undefined;
  /** CRLF CRLFs that are not answered yet. */
  #pings = 0;

  constructor(owner: StreamFlowOwner, opened: { hostName: string } | { visitor: Visitor }) {
    const { carrier, context } = owner;
    this.#owner = owner;
    this.transport = carrier.name;
    this.secure = carrier.secure;
    this.hostName = "hostName" in opened ? opened.hostName : undefined;
    this.#visitor = "visitor" in opened ? opened.visitor : undefined;
    this.#framer = carrier.createFramer(this, context.options.limits);
  }

  /** The connection is up; `sentBy` is where the peer may open another one. */
  open({ connection, peer }: CarriedConnection, sentBy: string): void {
    const { environment, options } = this.#owner.context;
    this.#connection = connection;
    this.#peerIdentities = peer;
    this.sentBy = sentBy;
    this.#lastActiveMs = environment.clock.now();
    this.#idleTimer = environment.clock.setTimer(options.idleTimeoutMs, onIdleTimer, this);
  }

  get localAddress(): string {
    return this.#open.localAddress;
  }

  get localPort(): number {
    return this.#open.localPort;
  }

  get remoteAddress(): string {
    return this.#open.remoteAddress;
  }

  get remotePort(): number {
    return this.#open.remotePort;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether the peer opened the connection. */
  get isInbound(): boolean {
    return this.hostName === undefined;
  }

  /** Whether every peer of this transport answers a ping. */
  get answersPings(): boolean {
    return this.#owner.carrier.answersPings;
  }

  /** Whether the peer has proved by a certificate who it is. */
  get isAuthenticated(): boolean {
    return this.#peerIdentities !== undefined;
  }

  /** Whether what is meant for `hostName` may go here: over TLS, only when the peer has proved to be that host (RFC 5923). */
  leadsTo(hostName: string): boolean {
    if (!this.secure || hostName === this.hostName || hostName === this.peerName) return true;
    return this.#peerIdentities?.covers(hostName) === true;
  }

  send(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    const { clock } = this.#owner.context.environment;
    traceMessage("sent", this, bytes, clock);
    this.#lastActiveMs = clock.now();
    this.#transmit(bytes);
  }

  /** Asks the peer whether it lives (RFC 5626 §4.4.1). */
  ping(): void {
    if (this.#isClosed) return;
    this.#lastActiveMs = this.#owner.context.environment.clock.now();
    this.#framer.expectPong?.();
    this.#owner.carrier.sendPing(this.#open);
  }

  #transmit(bytes: Uint8Array): void {
    const { options } = this.#owner.context;
    const connection = this.#open;
    connection.send(bytes);
    if (connection.queuedBytes > options.queuedBytes)
      this.giveUp("SIP_TRANSPORT_OVERLOADED", "the peer does not keep up with what is sent to it");
    else if (connection.queuedBytes > options.queuedBytes / 4) this.#hold(connection);
  }

  /** Ends the connection after what is queued, for which it waits `lingerMs` at most. Resolves when it is closed. */
  close(reason: SipTransportError, lingerMs: number = this.#owner.context.options.messageTimeoutMs): Promise<void> {
    this.#end(reason);
    this.#lingerTimer?.cancel();
    this.#lingerTimer = this.#owner.context.environment.clock.setTimer(lingerMs, onLingerTimer, this);
    return this.#open.close();
  }

  /** Ends the connection at once, once it is no flow any more. */
  abort(): void {
    void this.#open.close({ abort: true });
  }

  giveUp(code: SipTransportErrorCode, why: string): void {
    if (this.#isClosed) return;
    const error = new SipTransportError(code, `The ${this.transport} connection with ${this.#peer} was given up: ${why}`);
    this.#owner.context.environment.logger.info({ remote: this.#peer, why }, "SIP connection given up");
    this.#end(error);
    this.abort();
  }

  closeIfIdle(): void {
    const { environment, options } = this.#owner.context;
    const restMs = this.#lastActiveMs + options.idleTimeoutMs - environment.clock.now();
    if (restMs > 0) this.#idleTimer = environment.clock.setTimer(restMs, onIdleTimer, this);
    else
      void this.close(
        new SipTransportError(
          "SIP_TRANSPORT_CONNECTION_LOST",
          `The ${this.transport} connection with ${this.#peer} was idle and is closed`,
        ),
      );
  }

  onData(data: Buffer): void {
    if (this.#isClosed || !this.#connection) return;
    this.#lastActiveMs = this.#owner.context.environment.clock.now();
    this.#framer.push(data);
    this.#answerPings();
    this.#watchMessage();
  }

  onDrain(connection: StreamConnection): void {
    this.#stallTimer?.cancel();
    this.#stallTimer = undefined;
    connection.resume();
  }

  onClosed(error: Error | undefined): void {
    this.#visitor?.leave();
    this.#lingerTimer?.cancel();
    if (!this.#connection) return;
    const what = error ? `broke: ${error.message}` : "was closed by the peer";
    this.#end(
      new SipTransportError("SIP_TRANSPORT_CONNECTION_LOST", `The ${this.transport} connection with ${this.#peer} ${what}`, {
        cause: error,
      }),
    );
    this.#owner.onConnectionClosed(this);
  }

  onMessage(message: SipRequest | SipResponse): void {
    if (this.#isClosed) return;
    this.#messageEnded();
    this.#visitor?.hear();
    if (this.#visitor && message instanceof SipRequest) this.#owner.onInboundRequest(this, message);
    this.#owner.context.ingress.receive(message, undefined, this);
  }

  onMalformed(error: SipParseError<SipRequest>): void {
    this.#messageEnded();
    if (!this.#isClosed)
      this.#owner.context.ingress.receiveMalformed(error, error.request ? serializeMessage(error.request) : nothing, this);
  }

  onError(error: SipParseError<SipRequest>): void {
    if (this.#isClosed) return;
    this.onMalformed(error);
    const why = `The ${this.transport} connection with ${this.#peer} is closed, for what comes next cannot be told: ${error.message}`;
    void this.close(new SipTransportError("SIP_TRANSPORT_CONNECTION_LOST", why, { cause: error }));
  }

  onPing(): void {
    this.#pings++;
  }

  onPong(): void {
    this.onAlive?.();
  }

  /** "the server … MUST respond with a single CRLF" (RFC 5626 §4.4.1): all that came in one piece are answered in one. */
  #answerPings(): void {
    const pings = this.#pings;
    this.#pings = 0;
    if (pings > 0 && !this.#isClosed) this.#transmit(pings === 1 ? linePong : Buffer.from("\r\n".repeat(pings), "latin1"));
  }

  get #open(): StreamConnection {
    return this.#connection as StreamConnection;
  }

  get #peer(): string {
    return formatHostPort(this.remoteAddress, this.remotePort);
  }

  /** Reads no more from a peer that does not read, until it does or the time is up. */
  #hold(connection: StreamConnection): void {
    if (this.#stallTimer) return;
    const { environment, options } = this.#owner.context;
    connection.pause();
    this.#stallTimer = environment.clock.setTimer(options.messageTimeoutMs, onStallTimer, this);
  }

  #messageEnded(): void {
    this.#messageTimer?.cancel();
    this.#messageTimer = undefined;
  }

  /** A message that has begun has a limited time to end. */
  #watchMessage(): void {
    if (this.#isClosed || this.#messageTimer || !this.#framer.isWithinMessage) return;
    const { environment, options } = this.#owner.context;
    this.#messageTimer = environment.clock.setTimer(options.messageTimeoutMs, onMessageTimer, this);
  }

  #end(reason: SipTransportError): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#idleTimer?.cancel();
    this.#messageTimer?.cancel();
    this.#stallTimer?.cancel();
    this.#owner.onFlowEnded(this, reason);
  }
}
