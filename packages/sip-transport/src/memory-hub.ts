import type { Clock, SocketAddress } from "@sidetone/infra-common";
import type { TransportName } from "./transport-name.ts";

const firstEphemeralPort = 49_152;
const lastPort = 65_535;

/** An address on the hub that takes messages. */
export interface MemoryEndpoint {
  readonly address: string;
  readonly port: number;
  onMessage(bytes: Buffer, from: SocketAddress): void;
}

interface Delivery {
  readonly endpoint: MemoryEndpoint;
  readonly bytes: Buffer;
  readonly from: SocketAddress;
}

/**
 * Joins the user agents of one process without sockets: what one sends to an address of another arrives there, in order and without
 * loss, though never before the sender's own step is over. The addresses need not exist on any machine.
 */
export class MemoryHub {
  readonly #clock: Clock;
  readonly #endpoints = new Map<string, MemoryEndpoint>();
  #deliveries: Delivery[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Endpoints that are open. */
  get size(): number {
    return this.#endpoints.size;
  }

  /** Takes the address; false when somebody has it. */
  add(transport: TransportName, endpoint: MemoryEndpoint): boolean {
    const key = keyOf(transport, endpoint);
    if (this.#endpoints.has(key)) return false;
    this.#endpoints.set(key, endpoint);
    return true;
  }

  remove(transport: TransportName, endpoint: MemoryEndpoint): void {
    this.#endpoints.delete(keyOf(transport, endpoint));
  }

  has(transport: TransportName, at: SocketAddress): boolean {
    return this.#endpoints.has(keyOf(transport, at));
  }

  /** A port that nobody has at `address`; undefined when all are taken. */
  freePort(transport: TransportName, address: string): number | undefined {
    for (let port = firstEphemeralPort; port <= lastPort; port++) if (!this.has(transport, { address, port })) return port;
    return undefined;
  }

  /** Sends a copy of `bytes`; false when nobody is there. */
  send(transport: TransportName, bytes: Uint8Array, from: SocketAddress, to: SocketAddress): boolean {
    const endpoint = this.#endpoints.get(keyOf(transport, to));
    if (!endpoint) return false;
    if (this.#deliveries.push({ endpoint, bytes: Buffer.from(bytes), from }) === 1) this.#clock.setTimer(0, () => this.#deliver());
    return true;
  }

  #deliver(): void {
    const due = this.#deliveries;
    this.#deliveries = [];
    for (const { endpoint, bytes, from } of due) endpoint.onMessage(bytes, from);
  }
}

function keyOf(transport: TransportName, { address, port }: SocketAddress): string {
  return `${transport} ${address} ${port}`;
}
