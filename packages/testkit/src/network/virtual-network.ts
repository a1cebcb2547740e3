import type { Clock, Random } from "@sidetone/infra-common";
import { WireTap, type WireListener } from "../wire/wire-tap.ts";
import { AddressSpace } from "./address-space.ts";
import type { LinkConditions } from "./link-conditions.ts";
import type { NetworkContext } from "./network-context.ts";
import { VirtualHost, type HostOptions } from "./virtual-host.ts";
import { VirtualNat, type NatOptions } from "./virtual-nat.ts";
import { VirtualResolver } from "./virtual-resolver.ts";

export interface VirtualNetworkOptions {
  /** Conditions of every link that has none of its own. */
  link?: Partial<LinkConditions>;
  /**
   * Whether a datagram to a closed port is answered by ICMP "port unreachable", which reaches the sender's `onSocketError`
   * as `NETWORK_CONNECTION_REFUSED`. Default false: Linux does not tell sockets that are not connected.
   */
  icmp?: boolean;
  /** Longest piece of a stream that arrives at once, in bytes. Default 65536; a small number tests the framing of messages. */
  streamSegmentBytes?: number;
  /** Bytes that a stream may have on the way or waiting at a paused receiver. Default 65536. */
  streamWindowBytes?: number;
}

/**
 * A network in memory, driven by a clock: hosts, links with delay and loss, NATs, names. Nothing leaves the process, and
 * the same seed gives the same run.
 *
 * Conditions and partitions apply between the addresses that a packet has on the public network: for a host behind a NAT
 * that is the NAT's address. What happens behind a NAT is set on its `inside`. A host reaches itself without a link.
 */
export class VirtualNetwork implements NetworkContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly tap: WireTap;
  readonly icmp: boolean;
  readonly streamSegmentBytes: number;
  readonly streamWindowBytes: number;
  /** The domain name system of every host. */
  readonly resolver: VirtualResolver;
  readonly #space: AddressSpace;
  #packets = 0;

  constructor(clock: Clock, random: Random, options: VirtualNetworkOptions = {}) {
    this.clock = clock;
    this.random = random;
    this.tap = new WireTap(clock);
    this.resolver = new VirtualResolver(clock);
    this.icmp = options.icmp ?? false;
    this.streamSegmentBytes = options.streamSegmentBytes ?? 65_536;
    this.streamWindowBytes = options.streamWindowBytes ?? 65_536;
    this.#space = new AddressSpace(this);
    if (options.link) this.#space.setDefaultConditions(options.link);
  }

  /** A new host with this address, and `options.addresses` beside it; each host is a `Network`. */
  host(address: string, options: HostOptions = {}): VirtualHost {
    return new VirtualHost(this, this.#space, address, options);
  }

  /** A NAT; the hosts behind it come from its own `host()`. */
  nat(options: NatOptions): VirtualNat {
    return new VirtualNat(this, this.#space, options);
  }

  /** Gives a host name its addresses, on every host; without addresses the name ceases to exist. {@link resolver} takes other records. */
  setName(name: string, ...addresses: string[]): void {
    this.resolver.setAddresses(name, addresses);
  }

  /** The addresses of a host name, IPv4 before IPv6; none when it does not exist. */
  addressesOf(name: string): readonly string[] {
    return this.resolver.addressesOf(name);
  }

  setDefaultConditions(conditions: Partial<LinkConditions>): void {
    this.#space.setDefaultConditions(conditions);
  }

  /** Conditions of the direction from one address to another; what is left out comes from the default. */
  setConditions(from: string, to: string, conditions: Partial<LinkConditions>): void {
    this.#space.setConditions(from, to, conditions);
  }

  /** Conditions of both directions between two addresses. */
  setConditionsBetween(one: string, other: string, conditions: Partial<LinkConditions>): void {
    this.#space.setConditionsBetween(one, other, conditions);
  }

  /** Cuts every link between `some` and `others` (all others, when left out): datagrams are dropped, streams hang. */
  partition(some: string | readonly string[], others?: string | readonly string[]): void {
    this.#space.partition(some, others);
  }

  /** Ends all partitions; streams go on where they stopped. */
  heal(): void {
    this.#space.heal();
  }

  /** Watches the wire. Returns the function that ends it. */
  onPacket(listener: WireListener): () => void {
    return this.tap.add(listener);
  }

  nextPacketId(): number {
    return ++this.#packets;
  }
}
