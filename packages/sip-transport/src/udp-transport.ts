import { addressFamily, formatHostPort, type AddressFamily, type SocketAddress } from "@sidetone/infra-common";
import type { Flow } from "./flow.ts";
import { SipTransportError } from "./sip-transport-error.ts";
import type { Transport } from "./transport.ts";
import type { TransportContext } from "./transport-context.ts";
import { UdpListeningPoint } from "./udp-listening-point.ts";

/** SIP over UDP (RFC 3261 §18): sockets per address, IPv4 and IPv6 apart. */
export class UdpTransport implements Transport {
  readonly name = "UDP";
  readonly #context: TransportContext;
  #points: readonly UdpListeningPoint[] = [];

  constructor(context: TransportContext) {
    this.#context = context;
  }

  get listeningPoints(): readonly UdpListeningPoint[] {
    return this.#points;
  }

  async listen(address: string, port: number): Promise<UdpListeningPoint> {
    const point = new UdpListeningPoint(this.#context, (closed) => {
      this.#points = this.#points.filter((other) => other !== closed);
    });
    await point.open(address, port);
    this.#points = [...this.#points, point];
    return point;
  }

  reaches(family: AddressFamily): boolean {
    return this.#points.some((point) => point.socket.family === family);
  }

  async flowTo(remote: SocketAddress): Promise<Flow> {
    const family = addressFamily(remote.address);
    const points = this.#points.filter((point) => point.socket.family === family);
    const point = points.length > 1 ? await this.#pointTowards(remote.address, points) : points[0];
    if (point) return point.flowTo(remote);
    const where = formatHostPort(remote.address, remote.port);
    throw new SipTransportError(
      "SIP_TRANSPORT_NOT_LISTENING",
      `No UDP socket for IPv${family} is open to reach ${where}: call listen() first`,
    );
  }

  /** From the same socket: a NAT lets nothing else through (RFC 3581 §4). */
  flowBack(remote: SocketAddress, arrival: Flow): Flow | Promise<Flow> {
    const point = this.#points.find((candidate) => candidate.owns(arrival));
    return point?.flow(remote.address, remote.port) ?? this.flowTo(remote);
  }

  /** A flow of a wildcard socket goes on from another address; a socket on a lost one is closed as a listening point. */
  leaveAddresses(): void {}

  async close(): Promise<void> {
    await Promise.all(this.#points.map((point) => point.close()));
  }

  /** Of several sockets the one whose address the system would send from, else one for all addresses. */
  async #pointTowards(address: string, points: readonly UdpListeningPoint[]): Promise<UdpListeningPoint | undefined> {
    const local = await this.#context.sources.find(address).catch(() => undefined);
    return points.find((point) => point.address === local) ?? points.find((point) => point.isWildcard) ?? points[0];
  }
}
