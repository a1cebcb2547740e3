import type { SocketAddress } from "@sidetone/infra-common";
import type { Flow } from "./flow.ts";
import { FlowCache } from "./flow-cache.ts";
import type { MemoryEndpoint, MemoryHub } from "./memory-hub.ts";
import { sentByFor } from "./sent-by.ts";
import { SipTransportError } from "./sip-transport-error.ts";
import type { ListeningPoint } from "./sip-transports.ts";
import type { TransportContext } from "./transport-context.ts";
import { traceMessage } from "./wire-trace.ts";

/** One address of a user agent on a {@link MemoryHub}. */
export class MemoryListeningPoint implements ListeningPoint, MemoryEndpoint {
  readonly transport: "UDP" | "TCP";
  readonly address: string;
  readonly port: number;
  readonly sentBy: string;
  readonly context: TransportContext;
  readonly hub: MemoryHub;
  readonly #flows: FlowCache<MemoryFlow>;
  readonly #onClosed: (point: MemoryListeningPoint) => void;
  #isClosed = false;

  constructor(
    transport: "UDP" | "TCP",
    local: SocketAddress,
    context: TransportContext,
    hub: MemoryHub,
    onClosed: (point: MemoryListeningPoint) => void,
  ) {
    this.transport = transport;
    this.address = local.address;
    this.port = local.port;
    this.sentBy = sentByFor(local.address, local.port);
    this.context = context;
    this.hub = hub;
    this.#flows = new FlowCache(context.options.udpFlows);
    this.#onClosed = onClosed;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.hub.remove(this.transport, this);
    this.#flows.clear();
    this.#onClosed(this);
    this.context.ingress.watches?.socketClosed();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  flow({ address, port }: SocketAddress): Flow {
    const cached = this.#flows.get(address, port);
    if (cached) return cached;
    const flow = new MemoryFlow(this, address, port);
    this.#flows.add(flow);
    return flow;
  }

  onMessage(bytes: Buffer, from: SocketAddress): void {
    if (!this.#isClosed) this.context.ingress.receiveDatagram(bytes, this.flow(from));
  }
}

/** Two addresses on a hub. What is sent is received: transactions need no retransmission whatever the transport's name. */
export class MemoryFlow implements Flow {
  readonly reliable = true;
  readonly secure = false;
  readonly point: MemoryListeningPoint;
  readonly remoteAddress: string;
  readonly remotePort: number;
  wasUsed = false;

  constructor(point: MemoryListeningPoint, remoteAddress: string, remotePort: number) {
    this.point = point;
    this.remoteAddress = remoteAddress;
    this.remotePort = remotePort;
  }

  get transport(): "UDP" | "TCP" {
    return this.point.transport;
  }

  get localAddress(): string {
    return this.point.address;
  }

  get localPort(): number {
    return this.point.port;
  }

  get sentBy(): string {
    return this.point.sentBy;
  }

  get isClosed(): boolean {
    return this.point.isClosed;
  }

  send(bytes: Uint8Array): void {
    if (this.isClosed) return;
    const { context, hub, transport, address, port } = this.point;
    const { clock } = context.environment;
    traceMessage("sent", this, bytes, clock);
    const remote = { address: this.remoteAddress, port: this.remotePort };
    if (!hub.send(transport, bytes, { address, port }, remote)) clock.setTimer(0, reportNobody, this);
  }
}

function reportNobody(flow: MemoryFlow): void {
  const error = new SipTransportError(
    "SIP_TRANSPORT_SEND_FAILED",
    `Nobody is at ${sentByFor(flow.remoteAddress, flow.remotePort)} in this process`,
  );
  flow.point.context.ingress.flowFailed(flow, error);
}
