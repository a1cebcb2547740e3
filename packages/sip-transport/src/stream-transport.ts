import {
  addressFamily,
  anySignal,
  formatHostPort,
  timeoutSignal,
  type AddressFamily,
  type SocketAddress,
  type StreamConnection,
  type StreamReceiver,
} from "@sidetone/infra-common";
import type { Flow } from "./flow.ts";
import { sentByFor } from "./sent-by.ts";
import { SharedAttempt } from "./shared-attempt.ts";
import { SipTransportError } from "./sip-transport-error.ts";
import { StreamFlow, type StreamFlowOwner } from "./stream-flow.ts";
import { StreamListeningPoint } from "./stream-listening-point.ts";
import type { Transport } from "./transport.ts";
import type { TransportContext } from "./transport-context.ts";

/** How long a closing transport waits for a peer to take what was sent. */
const lingerMs = 500;

/**
 * SIP over TCP (RFC 3261 §18): connections are opened, accepted, and reused for everything to the address they lead to, whoever
 * opened them.
 */
export class StreamTransport implements Transport, StreamFlowOwner {
  readonly name = "TCP";
  readonly context: TransportContext;
  #points: readonly StreamListeningPoint[] = [];
  readonly #flows = new Set<StreamFlow>();
  /** The connection that a message to a remote address and port takes. */
  readonly #byRemote = new Map<string, StreamFlow>();
  readonly #attempts = new Map<string, SharedAttempt<StreamFlow>>();
  #inbound = 0;

  constructor(context: TransportContext) {
    this.context = context;
  }

  get listeningPoints(): readonly StreamListeningPoint[] {
    return this.#points;
  }

  async listen(address: string, port: number): Promise<StreamListeningPoint> {
    const server = await this.context.environment.network.listenStream(
      { address, port },
      {
        onConnection: (connection) => this.#accept(connection),
        onServerError: (error) => this.context.environment.logger.warn({ error }, "the SIP server socket reports an error"),
      },
    );
    const point = new StreamListeningPoint(server, (closed) => {
      this.#points = this.#points.filter((other) => other !== closed);
    });
    this.#points = [...this.#points, point];
    return point;
  }

  /** A connection needs no socket that listens. */
  reaches(_family: AddressFamily): boolean {
    return true;
  }

  async flowTo(remote: SocketAddress, signal?: AbortSignal): Promise<Flow> {
    const { environment, options } = this.context;
    signal?.throwIfAborted();
    const open = this.#byRemote.get(keyOf(remote));
    if (open) return open;
    const where = formatHostPort(remote.address, remote.port);
    const tooLate = new SipTransportError(
      "SIP_TRANSPORT_CONNECT_FAILED",
      `No TCP connection to ${where} within ${options.connectTimeoutMs} ms`,
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
  flowBack(remote: SocketAddress): Promise<Flow> {
    return this.flowTo(remote);
  }

  onFlowEnded(flow: StreamFlow, error: Error): void {
    this.#flows.delete(flow);
    const key = keyOf({ address: flow.remoteAddress, port: flow.remotePort });
    if (this.#byRemote.get(key) === flow) this.#byRemote.delete(key);
    if (flow.isInbound) this.#inbound--;
    this.context.ingress.user?.onFlowFailed(flow, error);
  }

  async close(): Promise<void> {
    const closed = new SipTransportError("SIP_TRANSPORT_CLOSED", "The SIP transports have been closed");
    const flows = [...this.#flows];
    for (const attempt of this.#attempts.values()) attempt.abandon(closed);
    await Promise.all([...this.#points.map((point) => point.close()), ...flows.map((flow) => this.#leave(flow, closed))]);
  }

  /** What was sent last must arrive, which a reset would prevent; a peer that does not take it is not waited for. */
  async #leave(flow: StreamFlow, reason: SipTransportError): Promise<void> {
    const abort = (): void => void flow.close(reason, { abort: true });
    const timer = this.context.environment.clock.setTimer(lingerMs, abort);
    await flow.close(reason);
    timer.cancel();
  }

  #accept(connection: StreamConnection): StreamReceiver | undefined {
    if (this.#inbound >= this.context.options.inboundConnections) {
      const remote = formatHostPort(connection.remoteAddress, connection.remotePort);
      this.context.environment.logger.warn({ remote, open: this.#inbound }, "too many SIP connections: one more is refused");
      return undefined;
    }
    this.#inbound++;
    return this.#add(new StreamFlow(this, true), connection);
  }

  #add(flow: StreamFlow, connection: StreamConnection): StreamFlow {
    const point = this.#points.find((candidate) => candidate.serves(connection.localAddress));
    flow.open(connection, sentByFor(connection.localAddress, point?.port ?? connection.localPort));
    this.#flows.add(flow);
    this.#byRemote.set(keyOf({ address: connection.remoteAddress, port: connection.remotePort }), flow);
    return flow;
  }

  #attempt(remote: SocketAddress): SharedAttempt<StreamFlow> {
    const key = keyOf(remote);
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

  async #connect(remote: SocketAddress, signal: AbortSignal): Promise<StreamFlow> {
    const flow = new StreamFlow(this, false);
    const localAddress = this.#localAddressFor(remote.address);
    try {
      const options = { ...remote, ...(localAddress !== undefined && { localAddress }), signal };
      const connection = await this.context.environment.network.connectStream(options, flow);
      if (!signal.aborted) return this.#add(flow, connection);
      await connection.close({ abort: true });
      throw signal.reason;
    } catch (error) {
      signal.throwIfAborted();
      const where = formatHostPort(remote.address, remote.port);
      throw new SipTransportError("SIP_TRANSPORT_CONNECT_FAILED", `No TCP connection to ${where}: ${(error as Error).message}`, {
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

function keyOf({ address, port }: SocketAddress): string {
  return `${address} ${port}`;
}
