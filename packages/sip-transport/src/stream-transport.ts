import { addressFamily, anySignal, formatHostPort, timeoutSignal, type AddressFamily, type StreamReceiver } from "@sidetone/infra-common";
import type { SipRequest } from "@sidetone/sip-core";
import type { Visitor } from "./admission.ts";
import type { CarriedConnection, Carrier } from "./carrier.ts";
import type { Flow } from "./flow.ts";
import { FlowTable } from "./flow-table.ts";
import { sentByFor } from "./sent-by.ts";
import { SharedAttempt } from "./shared-attempt.ts";
import { SipTransportError } from "./sip-transport-error.ts";
import { StreamFlow, type StreamFlowOwner } from "./stream-flow.ts";
import { StreamListeningPoint } from "./stream-listening-point.ts";
import { isInvalidHost, type NamedAddress, type Transport } from "./transport.ts";
import type { TransportContext } from "./transport-context.ts";
import { defaultPorts } from "./transport-name.ts";

/** How long a closing transport waits for a peer to take what was sent last, and what a reset would take back. */
const lingerMs = 500;

/**
 * SIP over connections (RFC 3261 §18): they are opened, accepted, and reused for everything to the address that they lead to, whoever opened
 * them; over TLS only where the peer's certificate is one for the host that is meant (RFC 5923).
 */
export class StreamTransport implements Transport, StreamFlowOwner {
  readonly context: TransportContext;
  readonly carrier: Carrier;
  #points: readonly StreamListeningPoint[] = [];
  readonly #flows = new FlowTable();
  /** Flows that have ended, and whose connections have not. */
  readonly #leaving = new Set<StreamFlow>();
  readonly #attempts = new Map<string, SharedAttempt<StreamFlow>>();

  constructor(context: TransportContext, carrier: Carrier) {
    this.context = context;
    this.carrier = carrier;
  }

  get name(): Carrier["name"] {
    return this.carrier.name;
  }

  get listeningPoints(): readonly StreamListeningPoint[] {
    return this.#points;
  }

  async listen(address: string, port: number): Promise<StreamListeningPoint> {
    const server = await this.carrier.listen(
      { address, port },
      {
        onConnection: (carried, visitor) => this.#accept(carried, visitor),
        onServerError: (error) => this.context.environment.logger.warn({ error }, "the SIP server socket reports an error"),
      },
    );
    const point = new StreamListeningPoint(this.name, server, (closed) => {
      this.#points = this.#points.filter((other) => other !== closed);
    });
    this.#points = [...this.#points, point];
    return point;
  }

  /** A connection needs no socket that listens. */
  reaches(_family: AddressFamily): boolean {
    return true;
  }

  flowNamed(host: string): StreamFlow | undefined {
    return this.#flows.named(host);
  }

  openFlowTo(remote: NamedAddress): StreamFlow | undefined {
    return this.#flows.find(remote);
  }

  async flowTo(remote: NamedAddress, signal?: AbortSignal): Promise<Flow> {
    const { environment, options } = this.context;
    signal?.throwIfAborted();
    const open = this.#flows.find(remote);
    if (open) return open;
    const where = formatHostPort(remote.address, remote.port);
    const tooLate = new SipTransportError(
      "SIP_TRANSPORT_CONNECT_FAILED",
      `No ${this.name} connection to ${where} within ${options.connectTimeoutMs} ms`,
    );
    const timeout = timeoutSignal(environment.clock, options.connectTimeoutMs, tooLate);
    const either = anySignal(signal, timeout.signal);
    try {
      return await this.#attempt(remote).join(either.signal);
    } finally {
      either[Symbol.dispose]();
      timeout[Symbol.dispose]();
    }
  }

  /** "If the connection is no longer open, the server SHOULD open a connection to the IP address in the received parameter" (RFC 3261 §18.2.2). */
  flowBack(remote: NamedAddress): Promise<Flow> {
    return this.flowTo(remote);
  }

  onInboundRequest(flow: StreamFlow, request: SipRequest): void {
    const { host, port = defaultPorts[this.name], parameters } = request.topVia;
    if (isInvalidHost(host)) this.#flows.name(flow, host);
    // Who is not authenticated could claim the connections of another (RFC 5923).
    else if (flow.isAuthenticated && parameters.has("alias")) this.#flows.alias(flow, { address: flow.remoteAddress, port });
  }

  onFlowEnded(flow: StreamFlow, error: SipTransportError): void {
    this.#flows.delete(flow);
    this.#leaving.add(flow);
    this.context.ingress.flowFailed(flow, error);
  }

  onConnectionClosed(flow: StreamFlow): void {
    this.#leaving.delete(flow);
  }

  leaveAddresses(isLost: (address: string) => boolean): void {
    for (const flow of this.#flows.all) {
      const { localAddress } = flow;
      if (isLost(localAddress)) flow.giveUp("SIP_TRANSPORT_CONNECTION_LOST", `this machine has lost its address ${localAddress}`);
    }
  }

  endOwnConnections(why: string): void {
    for (const flow of this.#flows.all) if (!flow.isInbound) flow.giveUp("SIP_TRANSPORT_CONNECTION_LOST", why);
  }

  async close(): Promise<void> {
    const closed = new SipTransportError("SIP_TRANSPORT_CLOSED", "The SIP transports have been closed");
    const flows = [...this.#flows.all, ...this.#leaving];
    for (const attempt of this.#attempts.values()) attempt.abandon(closed);
    this.carrier.close();
    await Promise.all([...this.#points.map((point) => point.close()), ...flows.map((flow) => flow.close(closed, lingerMs))]);
  }

  #accept(carried: CarriedConnection, visitor: Visitor): StreamReceiver {
    return this.#add(new StreamFlow(this, { visitor }), carried);
  }

  #add(flow: StreamFlow, carried: CarriedConnection): StreamFlow {
    const { localAddress, localPort } = carried.connection;
    const point = this.#points.find((candidate) => candidate.serves(localAddress));
    const isReachedHereAlone = !point && (this.name === "WS" || this.name === "WSS");
    flow.open(carried, isReachedHereAlone ? this.context.invalidHost() : sentByFor(localAddress, point?.port ?? localPort));
    flow.offersAlias = this.carrier.secure && !flow.isInbound && point !== undefined;
    this.#flows.add(flow);
    return flow;
  }

  #attempt(remote: NamedAddress): SharedAttempt<StreamFlow> {
    const key = `${remote.address} ${remote.port} ${this.carrier.secure ? remote.hostName : ""}`;
    const running = this.#attempts.get(key);
    if (running) return running;
    const attempt = new SharedAttempt(async (signal) => {
      try {
        return await this.#connect(remote, signal);
      } finally {
        this.#attempts.delete(key);
      }
    });
    this.#attempts.set(key, attempt);
    return attempt;
  }

  async #connect({ address, port, hostName }: NamedAddress, signal: AbortSignal): Promise<StreamFlow> {
    const flow = new StreamFlow(this, { hostName });
    const localAddress = this.#localAddressFor(address);
    try {
      const options = { address, port, hostName, ...(localAddress !== undefined && { localAddress }), signal };
      const carried = await this.carrier.connect(options, flow);
      if (!signal.aborted) return this.#add(flow, carried);
      await carried.connection.close({ abort: true });
      throw signal.reason;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SipTransportError) throw error;
      const where = formatHostPort(address, port);
      throw new SipTransportError("SIP_TRANSPORT_CONNECT_FAILED", `No ${this.name} connection to ${where}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  /** A stack that listens on one address only connects from it, so that the peer sees one party. */
  #localAddressFor(remote: string): string | undefined {
    const family = addressFamily(remote);
    const points = this.#points.filter((point) => point.family === family);
    return points.length === 1 && !points[0]!.isWildcard ? points[0]!.address : undefined;
  }
}
