import type { Clock, Random, SocketAddress } from "@sidetone/infra-common";
import type { WireTap } from "../wire/wire-tap.ts";
import type { Packet } from "./packet.ts";

/** What every part of a virtual network shares. */
export interface NetworkContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly tap: WireTap;
  readonly icmp: boolean;
  readonly streamSegmentBytes: number;
  readonly streamWindowBytes: number;
  nextPacketId(): number;
  addressesOf(name: string): readonly string[];
}

/** What the sockets of a host need from it. */
export interface HostContext {
  readonly network: NetworkContext;
  /** Puts a packet on the wire. */
  send(packet: Omit<Packet, "id">): void;
  /** Whether it is one of the host's now. */
  hasAddress(address: string): boolean;
  /** The address that packets to `destination` leave from, or undefined without a route. */
  sourceFor(destination: string): string | undefined;
  /** The normal form of a local address; throws when it is not one of the host's, or `port` is out of range. */
  checkLocal(local: SocketAddress): string;
}
