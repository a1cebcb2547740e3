import type { AddressFamily, SocketAddress } from "@sidetone/infra-common";
import type { Flow } from "./flow.ts";
import type { ListeningPoint } from "./sip-transports.ts";
import type { TransportName } from "./transport-name.ts";

/** Where a flow leads: `hostName` is what a certificate has to name. */
export interface NamedAddress extends SocketAddress {
  readonly hostName: string;
}

/** Whether `host` is a name that has no address, as a WebSocket client writes it (RFC 6761 §6.4, RFC 7118 §8). */
export function isInvalidHost(host: string): boolean {
  return host.length > 8 && host.slice(-8).toLowerCase() === ".invalid";
}

/** One transport protocol as {@link SipTransportStack} composes them. Addresses are numeric. */
export interface Transport {
  readonly name: TransportName;
  readonly listeningPoints: readonly ListeningPoint[];
  /** @throws {SipTransportError} `SIP_TRANSPORT_LISTEN_FAILED`. */
  listen(address: string, port: number): Promise<ListeningPoint>;
  /** Whether a flow to an address of `family` is possible at all. */
  reaches(family: AddressFamily): boolean;
  /** @throws {SipTransportError} `SIP_TRANSPORT_NOT_LISTENING`, `SIP_TRANSPORT_CONNECT_FAILED`; or `signal.reason`. */
  flowTo(remote: NamedAddress, signal?: AbortSignal): Promise<Flow>;
  /** The flow of a peer that goes by `host`, a name without an address. */
  flowNamed?(host: string): Flow | undefined;
  /** The open connection that a message to `remote` would take. */
  openFlowTo?(remote: NamedAddress): Flow | undefined;
  /** A flow for a response to `remote`, which is not where `arrival` leads, from the same local address if possible. */
  flowBack(remote: NamedAddress, arrival: Flow): Flow | Promise<Flow>;
  /** Ends what cannot work any more, since this machine has lost the address of its end. Without it, the transport has no addresses of a machine. */
  leaveAddresses?(isLost: (address: string) => boolean): void;
  /** Ends the connections that this side has opened. */
  endOwnConnections?(why: string): void;
  close(): Promise<void>;
}
