import {
  formatHostPort,
  isWildcard,
  NetworkError,
  type DatagramReceiver,
  type DatagramSocket,
  type SocketAddress,
} from "@sidetone/infra-common";
import { BindingServer, StunAgent, StunClient } from "@sidetone/stun-core";
import type { Flow } from "./flow.ts";
import { FlowCache } from "./flow-cache.ts";
import { HeldDatagrams } from "./held-datagrams.ts";
import { SipTransportError } from "./sip-transport-error.ts";
import type { ListeningPoint } from "./sip-transports.ts";
import { sentByFor } from "./sent-by.ts";
import type { TransportContext } from "./transport-context.ts";
import { UdpFlow, type UdpFlowSocket } from "./udp-flow.ts";

/** A UDP socket that sends and receives SIP. */
export class UdpListeningPoint implements ListeningPoint, DatagramReceiver, UdpFlowSocket {
  readonly transport = "UDP";
  readonly #context: TransportContext;
  readonly #flows: FlowCache<UdpFlow>;
  readonly #held = new HeldDatagrams();
  readonly #onClosed: (point: UdpListeningPoint) => void;
  #socket: DatagramSocket | undefined = undefined;
  #stun: { readonly client: StunClient; readonly agent: StunAgent } | undefined = undefined;
  #isWildcard = false;
  /** The last local address and the sent-by made of it: few sockets have more than one. */
  #sentBy = { address: "", text: "" };
  #closing: Promise<void> | undefined = undefined;

  constructor(context: TransportContext, onClosed: (point: UdpListeningPoint) => void) {
    this.#context = context;
    this.#flows = new FlowCache(context.options.udpFlows);
    this.#onClosed = onClosed;
  }

  /** Binds the socket, once. */
  async open(address: string, port: number): Promise<void> {
    const { environment, options } = this.#context;
    const asked = options.udpBufferBytes;
    this.#socket = await environment.network.bindDatagram({ address, port, receiveBufferBytes: asked, sendBufferBytes: asked }, this);
    this.#isWildcard = isWildcard(this.#socket.localAddress);
    const granted = Math.min(this.#socket.receiveBufferBytes ?? asked, this.#socket.sendBufferBytes ?? asked);
    if (granted < asked / 2) {
      const advice = "raise net.core.rmem_max and net.core.wmem_max (sysctl): bursts of messages will be lost otherwise";
      environment.logger.warn({ askedBytes: asked, grantedBytes: granted, advice }, "the system grants the SIP socket small buffers");
    }
  }

  get socket(): DatagramSocket {
    return this.#socket as DatagramSocket;
  }

  get stun(): StunClient {
    return this.#stunOnSocket.client;
  }

  get clock(): TransportContext["environment"]["clock"] {
    return this.#context.environment.clock;
  }

  get address(): string {
    return this.socket.localAddress;
  }

  get port(): number {
    return this.socket.localPort;
  }

  get isWildcard(): boolean {
    return this.#isWildcard;
  }

  /** Whether `flow` is one of this socket. */
  owns(flow: Flow): boolean {
    return flow instanceof UdpFlow && flow.owner === this;
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  close(): Promise<void> {
    this.#closing ??= this.socket.close();
    this.#stun?.client.close();
    this.#flows.clear();
    this.#onClosed(this);
    this.#context.ingress.watches?.socketClosed();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The flow to a remote address; undefined while the local address towards it is unknown. */
  flow(address: string, port: number): UdpFlow | undefined {
    const local = this.#isWildcard ? this.#context.sources.known(address) : this.address;
    if (local === undefined) return undefined;
    const cached = this.#flows.get(address, port);
    if (cached?.localAddress === local) return cached;
    const flow = new UdpFlow(this, local, this.#sentByFor(local), address, port);
    this.#flows.add(flow);
    return flow;
  }

  async flowTo({ address, port }: SocketAddress): Promise<UdpFlow> {
    return this.flow(address, port) ?? (await this.#context.sources.find(address), this.flow(address, port) as UdpFlow);
  }

  /** STUN shares the port: "the first two bits … are zero" in it, and in no SIP message (RFC 5626 §8.1). */
  onDatagram(bytes: Buffer, address: string, port: number): void {
    if (this.#closing || (bytes[0]! <= 3 && this.#stunOnSocket.agent.receive(bytes, address, port))) return;
    const flow = this.flow(address, port);
    if (flow) this.#context.ingress.receiveDatagram(bytes, flow);
    else this.#hold(bytes, address, port);
  }

  onSocketError(error: Error, _socket: DatagramSocket, destination?: SocketAddress): void {
    if (destination) this.#stun?.client.onUnreachable(error, destination);
    const flow: Flow | undefined = destination && this.#flows.get(destination.address, destination.port);
    if (!flow) return this.#context.environment.logger.warn({ error, destination }, "the SIP socket reports an error");
    const where = formatHostPort(flow.remoteAddress, flow.remotePort);
    const failure = new SipTransportError("SIP_TRANSPORT_SEND_FAILED", `Cannot send over UDP to ${where}: ${error.message}`, {
      cause: error,
    });
    // One message too long says nothing of the others.
    if (NetworkError.is(error, "NETWORK_MESSAGE_TOO_LONG")) this.#context.ingress.user?.onFlowFailed(flow, failure);
    else this.#context.ingress.flowFailed(flow, failure);
  }

  /** Made when it is first needed: most sockets never see STUN. */
  get #stunOnSocket(): { readonly client: StunClient; readonly agent: StunAgent } {
    if (this.#stun) return this.#stun;
    const { socket } = this;
    const client = new StunClient(this.#context.environment, socket);
    const answers = (address: string, port: number): boolean => this.#answersStun(address, port);
    this.#stun = { client, agent: new StunAgent({ socket, client, server: new BindingServer(), answers }) };
    return this.#stun;
  }

  #answersStun(address: string, port: number): boolean {
    const { user } = this.#context.ingress;
    // From which address of several it would be answered has no part in it.
    return user?.answersStun?.(this.flow(address, port) ?? new UdpFlow(this, this.address, "", address, port)) !== false;
  }

  /** The first datagram from a remote address waits until it is known which local address answers it. */
  #hold(bytes: Buffer, address: string, port: number): void {
    const place = this.#held.hold({ bytes, address, port });
    if (place === "full")
      return this.#context.environment.logger.debug({ address, port }, "too many unknown peers at a time: datagram dropped");
    if (place !== "first") return;
    const release = (): void => {
      for (const held of this.#held.take(address)) if (this.flow(address, held.port)) this.onDatagram(held.bytes, address, held.port);
    };
    this.#context.sources.find(address).then(release, (error: unknown) => {
      this.#held.take(address);
      this.#context.environment.logger.debug({ error, address }, "no way back to a peer: its datagrams are dropped");
    });
  }

  #sentByFor(local: string): string {
    if (this.#sentBy.address !== local) this.#sentBy = { address: local, text: sentByFor(local, this.port) };
    return this.#sentBy.text;
  }
}
