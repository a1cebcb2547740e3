import { addressFamily, anySignal, formatHostPort, normaliseAddress, timeoutSignal, type Environment } from "@sidetone/infra-common";
import { flat, SipUri, type SipRequest, type SipResponse } from "@sidetone/sip-core";
import { AddressFollower } from "./address-follower.ts";
import { Admission } from "./admission.ts";
import type { Flow } from "./flow.ts";
import { Ingress } from "./ingress.ts";
import { FlowWatches } from "./keep-alive/flow-watches.ts";
import type { KeepAlive, KeepAliveOptions } from "./keep-alive/keep-alive.ts";
import type { LocateContext } from "./locate/locate-context.ts";
import { explainLocation, locate } from "./locate/locate.ts";
import type { Location } from "./locate/location.ts";
import { NameCache } from "./locate/name-cache.ts";
import { SecureDomains } from "./locate/secure-domains.ts";
import { serviceOf } from "./locate/transport-service.ts";
import { raceFlows } from "./race-flows.ts";
import { RecentFailures } from "./recent-failures.ts";
import { responseDestination } from "./response-destination.ts";
import { withoutZone } from "./sent-by.ts";
import { SipTransportError } from "./sip-transport-error.ts";
import type { SipTarget } from "./sip-target.ts";
import type { SipTransportUser } from "./sip-transport-user.ts";
import type { FlowOptions, ListeningChange, ListeningPoint, ListenOptions, SipTransports } from "./sip-transports.ts";
import { defaultTransportOptions, type SipTransportsOptions } from "./sip-transports-options.ts";
import { SourceAddresses } from "./source-addresses.ts";
import { StreamFlow } from "./stream-flow.ts";
import { isInvalidHost, type Transport } from "./transport.ts";
import type { TransportContext } from "./transport-context.ts";
import type { TransportName } from "./transport-name.ts";

/** "If a request is … larger than 1300 bytes and the path MTU is unknown, the request MUST be sent using [TCP]" (RFC 3261 §18.1.1). */
const largestDatagramBytes = 1300;
const largeRequestConnectMs = 2000;
/** How long the address that lost a race against the other family's comes second. */
const raceMemoryMs = 600_000;

/** The SIP transport layer: the transports it is given, behind one door. */
export class SipTransportStack implements SipTransports {
  readonly #environment: Environment;
  readonly #ingress: Ingress;
  readonly #watches: FlowWatches;
  readonly #sources: SourceAddresses;
  readonly #transports = new Map<TransportName, Transport>();
  readonly #names: NameCache;
  readonly #locating: LocateContext;
  readonly #follower: AddressFollower;
  readonly #withoutTcp: RecentFailures;
  readonly #slower: RecentFailures;
  /** Made when it is first needed. */
  #invalidHost: string | undefined = undefined;
  #closing: Promise<void> | undefined = undefined;

  constructor(environment: Environment, options: SipTransportsOptions, transports: readonly ((context: TransportContext) => Transport)[]) {
    const { tls: _tls, webSocket: _webSocket, ...others } = options;
    const filled = { ...defaultTransportOptions, ...others };
    this.#environment = environment;
    this.#ingress = new Ingress(environment.clock, filled.limits, (host, port, flow) => this.#isOurs(host, port, flow));
    this.#watches = new FlowWatches(environment, (flow, error) => this.#ingress.flowFailed(flow, error));
    this.#ingress.watches = this.#watches;
    this.#sources = new SourceAddresses(environment.network, environment.clock);
    this.#follower = new AddressFollower(environment, () => [...this.#transports.values()]);
    this.#withoutTcp = new RecentFailures(environment.clock);
    this.#slower = new RecentFailures(environment.clock, raceMemoryMs);
    this.#names = new NameCache(environment.resolver, environment.clock, filled.nameAnswers);
    this.#locating = {
      environment,
      names: this.#names,
      secureDomains: new SecureDomains(),
      supports: (name) => this.#transports.has(name),
      reaches: (name, family) => this.#transports.get(name)?.reaches(family) ?? false,
      flowNamed: (host) => this.#flowNamed(host),
    };
    const invalidHost = (): string => (this.#invalidHost ??= `${environment.random.token(12).toLowerCase()}.invalid`);
    const context: TransportContext = {
      environment,
      options: filled,
      ingress: this.#ingress,
      sources: this.#sources,
      admission: new Admission(environment, filled),
      invalidHost,
    };
    for (const make of transports) {
      const transport = make(context);
      this.#transports.set(transport.name, transport);
    }
  }

  get user(): SipTransportUser {
    if (this.#ingress.user) return this.#ingress.user;
    throw new SipTransportError("SIP_TRANSPORT_CLOSED", "These transports have no user");
  }

  set user(user: SipTransportUser) {
    if (!this.#closing) this.#ingress.user = user;
  }

  get listeningPoints(): readonly ListeningPoint[] {
    return [...this.#transports.values()].flatMap((transport) => transport.listeningPoints);
  }

  async listen({ transport, address, port, followsMachine = false }: ListenOptions): Promise<ListeningPoint> {
    this.#checkOpen();
    const where = `${transport} ${formatHostPort(address, port)}`;
    try {
      const point = await this.#transport(transport).listen(address, port);
      if (followsMachine) this.#follower.add(point);
      return point;
    } catch (error) {
      if (error instanceof SipTransportError) throw error;
      throw new SipTransportError("SIP_TRANSPORT_LISTEN_FAILED", `Cannot listen on ${where}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  async locate(uri: SipUri, { signal }: { signal?: AbortSignal } = {}): Promise<readonly SipTarget[]> {
    this.#checkOpen();
    return locate(uri, this.#locating, signal);
  }

  async explainLocation(uri: SipUri, { signal }: { signal?: AbortSignal } = {}): Promise<Location> {
    this.#checkOpen();
    return explainLocation(uri, this.#locating, signal);
  }

  async flowTo(target: SipTarget, { messageBytes, transportIsExplicit, signal }: FlowOptions): Promise<Flow> {
    this.#checkOpen();
    signal?.throwIfAborted();
    const transport = this.#transport(target.transport);
    if (target.transport === "UDP" && messageBytes > largestDatagramBytes && !transportIsExplicit) {
      const stream = await this.#streamForLargeRequest(target, messageBytes, signal);
      if (stream) return stream;
    }
    // A server of WSS that stays in the path may write `transport=ws` with sip (RFC 7118 §5.2.2): nothing else listens at that port.
    const secured = target.transport === "WS" ? this.#transports.get("WSS")?.openFlowTo?.(target) : undefined;
    if (secured) return secured;
    const { otherAddress } = target;
    return otherAddress === undefined ? transport.flowTo(target, signal) : this.#race(transport, target, otherAddress, signal);
  }

  responseFlow(message: SipRequest | SipResponse, arrival: Flow): Flow | Promise<Flow> {
    // "If the sent-protocol is a reliable transport … the response MUST be sent using the existing connection" (§18.2.2)
    if (arrival.transport !== "UDP" && !arrival.isClosed) return arrival;
    const { address, port } = responseDestination(message.topVia, arrival.transport);
    const isSameHost = address === withoutZone(arrival.remoteAddress);
    if (isSameHost && port === arrival.remotePort && !arrival.isClosed) return arrival;
    if (this.#closing) return Promise.reject(closedError());
    const { host } = message.topVia;
    if (isInvalidHost(host)) return this.#flowNamed(host) ?? Promise.reject(gone(host));
    // The flow may outlive the message that the address is a slice of.
    const remote = { address: isSameHost ? arrival.remoteAddress : flat(address), port, hostName: flat(host) };
    const back = this.#transport(arrival.transport).flowBack(remote, arrival);
    return arrival.transport === "UDP" || addressFamily(host) ? back : this.#orBackToName(back, flat(host), message.topVia.port, arrival);
  }

  keepAlive(flow: Flow, options: KeepAliveOptions): KeepAlive {
    this.#checkOpen();
    return this.#watches.keepAlive(flow, options);
  }

  abandonFlow(flow: Flow, why: string): void {
    if (flow.isClosed) return;
    if (flow instanceof StreamFlow) return flow.giveUp("SIP_TRANSPORT_KEEP_ALIVE_FAILED", why);
    const where = formatHostPort(flow.remoteAddress, flow.remotePort);
    const error = new SipTransportError("SIP_TRANSPORT_KEEP_ALIVE_FAILED", `The ${flow.transport} flow to ${where} has failed: ${why}`);
    this.#ingress.flowFailed(flow, error);
  }

  checkFlows(): void {
    this.#watches.checkAll();
  }

  async followAddresses(onListening: (change: ListeningChange) => void): Promise<void> {
    if (this.#closing) return;
    this.#sources.forget();
    await this.#follower.follow(onListening);
  }

  endOwnConnections(why: string): void {
    for (const transport of this.#transports.values()) transport.endOwnConnections?.(why);
  }

  close(): Promise<void> {
    this.#follower.close();
    this.#ingress.user = undefined;
    this.#names.close();
    this.#watches.close();
    this.#closing ??= Promise.allSettled([...this.#transports.values()].map((transport) => transport.close())).then(() => {});
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Undefined when no connection comes up: "an element … SHOULD retry the request, using UDP" (RFC 3261 §18.1.1). */
  async #streamForLargeRequest(target: SipTarget, messageBytes: number, signal: AbortSignal | undefined): Promise<Flow | undefined> {
    const tcp = this.#transports.get("TCP");
    const where = formatHostPort(target.address, target.port);
    if (!tcp || this.#withoutTcp.has(where)) return undefined;
    const timeout = timeoutSignal(this.#environment.clock, largeRequestConnectMs);
    const either = anySignal(signal, timeout.signal);
    try {
      return await tcp.flowTo(target, either.signal);
    } catch (error) {
      signal?.throwIfAborted();
      this.#withoutTcp.add(where);
      this.#environment.logger.warn(
        { target: where, messageBytes, error },
        "a large request goes over UDP, where it may be lost: no TCP connection",
      );
      return undefined;
    } finally {
      either[Symbol.dispose]();
      timeout[Symbol.dispose]();
    }
  }

  /** To whichever address of the server is up first, and to that one first the next time. */
  #race(transport: Transport, target: SipTarget, otherAddress: string, signal: AbortSignal | undefined): Promise<Flow> {
    const place = formatHostPort(target.address, target.port);
    const isTurned = this.#slower.has(place);
    const other = { ...target, address: otherAddress };
    const [first, second] = isTurned ? [other, target] : [target, other];
    const attemptSecond = async (attemptSignal: AbortSignal): Promise<Flow> => {
      const flow = await transport.flowTo(second, attemptSignal);
      if (isTurned) this.#slower.delete(place);
      else this.#slower.add(place);
      return flow;
    };
    return raceFlows([(attemptSignal) => transport.flowTo(first, attemptSignal), attemptSecond], this.#environment.clock, signal);
  }

  /**
   * The way back to a client that wrote a name into its Via and whose address does not answer (RFC 3263 §5): with a port by its addresses,
   * without one by the SRV records of the Via's transport.
   */
  async #orBackToName(back: Flow | Promise<Flow>, host: string, port: number | undefined, { transport }: Flow): Promise<Flow> {
    try {
      return await back;
    } catch (error) {
      const uri = SipUri.create({ host, port, parameters: [["transport", serviceOf(transport).parameter]] });
      for (const target of await this.locate(uri).catch(() => [])) {
        const flow = await this.flowTo(target, { messageBytes: 0, transportIsExplicit: true }).catch(() => undefined);
        if (flow) return flow;
      }
      throw error;
    }
  }

  #transport(name: TransportName): Transport {
    const transport = this.#transports.get(name);
    if (transport) return transport;
    throw new SipTransportError("SIP_TRANSPORT_UNSUPPORTED", `${name} is not offered: use ${[...this.#transports.keys()].join(" or ")}`);
  }

  /** RFC 3261 §18.1.2: the host and port are those that this stack writes into Via. */
  #isOurs(host: string, port: number, flow: Flow): boolean {
    if ((host === flow.localAddress && port === flow.localPort) || host === this.#invalidHost) return true;
    const address = normaliseAddress(host);
    const points = this.listeningPoints;
    const isOurPort = port === flow.localPort || points.some((point) => point.port === port);
    const isOurHost =
      address === withoutZone(flow.localAddress) || points.some((point) => point.address === address) || this.#sources.isLocal(address);
    return isOurPort && isOurHost;
  }

  /** A WebSocket client writes `transport=ws` for WSS as well (RFC 7118 §8). */
  #flowNamed(host: string): Flow | undefined {
    return this.#transports.get("WSS")?.flowNamed?.(host) ?? this.#transports.get("WS")?.flowNamed?.(host);
  }

  #checkOpen(): void {
    if (this.#closing) throw closedError();
  }
}

function closedError(): SipTransportError {
  return new SipTransportError("SIP_TRANSPORT_CLOSED", "The SIP transports have been closed");
}

function gone(host: string): SipTransportError {
  return new SipTransportError("SIP_TRANSPORT_CONNECTION_LOST", `The connection of ${host} has gone, and nothing else leads there`);
}
