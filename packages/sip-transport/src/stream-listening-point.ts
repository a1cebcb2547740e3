import { addressFamily, isWildcard, type AddressFamily, type StreamServer } from "@sidetone/infra-common";
import type { Carrier } from "./carrier.ts";
import type { ListeningPoint } from "./sip-transports.ts";

/** A port that takes SIP connections. */
export class StreamListeningPoint implements ListeningPoint {
  readonly transport: Carrier["name"];
  readonly isWildcard: boolean;
  readonly #server: StreamServer;
  readonly #onClosed: (point: StreamListeningPoint) => void;

  constructor(transport: Carrier["name"], server: StreamServer, onClosed: (point: StreamListeningPoint) => void) {
    this.transport = transport;
    this.isWildcard = isWildcard(server.localAddress);
    this.#server = server;
    this.#onClosed = onClosed;
  }

  get address(): string {
    return this.#server.localAddress;
  }

  get port(): number {
    return this.#server.localPort;
  }

  get family(): AddressFamily {
    return this.#server.family;
  }

  /** Whether connections to `address` arrive here. */
  serves(address: string): boolean {
    return this.isWildcard ? addressFamily(address) === this.family : address === this.address;
  }

  close(): Promise<void> {
    this.#onClosed(this);
    return this.#server.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
