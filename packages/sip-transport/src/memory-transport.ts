import { addressFamily, isWildcard, type AddressFamily, type SocketAddress } from "@sidetone/infra-common";
import type { Flow } from "./flow.ts";
import type { MemoryHub } from "./memory-hub.ts";
import { MemoryFlow, MemoryListeningPoint } from "./memory-listening-point.ts";
import { sentByFor } from "./sent-by.ts";
import { SipTransportError } from "./sip-transport-error.ts";
import type { Transport } from "./transport.ts";
import type { TransportContext } from "./transport-context.ts";

/** What UDP or TCP is between the user agents of one process. */
export class MemoryTransport implements Transport {
  readonly name: "UDP" | "TCP";
  readonly #context: TransportContext;
  readonly #hub: MemoryHub;
  #points: readonly MemoryListeningPoint[] = [];

  constructor(name: "UDP" | "TCP", context: TransportContext, hub: MemoryHub) {
    this.name = name;
    this.#context = context;
    this.#hub = hub;
  }

  get listeningPoints(): readonly MemoryListeningPoint[] {
    return this.#points;
  }

  async listen(address: string, port: number): Promise<MemoryListeningPoint> {
    if (!addressFamily(address) || isWildcard(address)) throw new RangeError(`"${address}" is no single numeric address`);
    const local = { address, port: port || (this.#hub.freePort(this.name, address) ?? 0) };
    const point = new MemoryListeningPoint(this.name, local, this.#context, this.#hub, (closed) => {
      this.#points = this.#points.filter((other) => other !== closed);
    });
    if (local.port === 0 || !this.#hub.add(this.name, point)) throw new RangeError(`${sentByFor(address, port)} is taken`);
    this.#points = [...this.#points, point];
    return point;
  }

  reaches(family: AddressFamily): boolean {
    return this.#points.some((point) => addressFamily(point.address) === family);
  }

  async flowTo(remote: SocketAddress, signal?: AbortSignal): Promise<Flow> {
    signal?.throwIfAborted();
    const where = sentByFor(remote.address, remote.port);
    const point = this.#points.find((candidate) => addressFamily(candidate.address) === addressFamily(remote.address));
    if (!point) throw new SipTransportError("SIP_TRANSPORT_NOT_LISTENING", `No address to reach ${where} from: call listen() first`);
    if (this.name === "TCP" && !this.#hub.has(this.name, remote)) {
      throw new SipTransportError("SIP_TRANSPORT_CONNECT_FAILED", `Nobody listens at ${where} in this process`);
    }
    return point.flow(remote);
  }

  flowBack(remote: SocketAddress, arrival: Flow): Flow | Promise<Flow> {
    return arrival instanceof MemoryFlow && !arrival.isClosed ? arrival.point.flow(remote) : this.flowTo(remote);
  }

  async close(): Promise<void> {
    await Promise.all(this.#points.map((point) => point.close()));
  }
}
