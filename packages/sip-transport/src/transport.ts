import type { AddressFamily, SocketAddress } from "@sidetone/infra-common";
import type { Flow } from "./flow.ts";
import type { ListeningPoint } from "./sip-transports.ts";
import type { TransportName } from "./transport-name.ts";

/** One transport protocol as {@link SipTransportStack} composes them. Addresses are numeric. */
export interface Transport {
  readonly name: TransportName;
  readonly listeningPoints: readonly ListeningPoint[];
  /** @throws {SipTransportError} `SIP_TRANSPORT_LISTEN_FAILED`. */
  listen(address: string, port: number): Promise<ListeningPoint>;
  /** Whether a flow to an address of `family` is possible at all. */
  reaches(family: AddressFamily): boolean;
  /** @throws {SipTransportError} `SIP_TRANSPORT_NOT_LISTENING`, `SIP_TRANSPORT_CONNECT_FAILED`; or `signal.reason`. */
  flowTo(remote: SocketAddress, signal?: AbortSignal): Promise<Flow>;
  /** A flow for a response to `remote`, which is not where `arrival` leads, from the same local address if possible. */
  flowBack(remote: SocketAddress, arrival: Flow): Flow | Promise<Flow>;
  close(): Promise<void>;
}
