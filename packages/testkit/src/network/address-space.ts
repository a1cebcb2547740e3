import { normaliseAddress } from "@sidetone/infra-common";
import { Link } from "./link.ts";
import { defaultLinkConditions, linkConditions, type LinkConditions } from "./link-conditions.ts";
import type { NetworkContext } from "./network-context.ts";
import type { Gateway, Packet, Station } from "./packet.ts";

/** The addresses that can reach one another directly: the public network, or the network behind a NAT. */
export class AddressSpace {
  readonly #network: NetworkContext;
  readonly #gateway: Gateway | undefined;
  readonly #stations = new Map<string, Station>();
  /** By "from>to"; a link comes into being with its first packet. */
  readonly #links = new Map<string, Link>();
  readonly #ownConditions = new Map<string, Partial<LinkConditions>>();
  #defaultConditions: LinkConditions = defaultLinkConditions;
  readonly #partitions: (readonly [ReadonlySet<string>, ReadonlySet<string> | undefined])[] = [];

  constructor(network: NetworkContext, gateway?: Gateway) {
    this.#network = network;
    this.#gateway = gateway;
  }

  /** Conditions of all links that have none of their own. */
  setDefaultConditions(conditions: Partial<LinkConditions>): void {
    this.#defaultConditions = linkConditions(conditions, this.#defaultConditions);
    this.#refresh();
  }

  /** Conditions of the direction from one address to another; what is left out comes from the default. */
  setConditions(from: string, to: string, conditions: Partial<LinkConditions>): void {
    linkConditions(conditions, defaultLinkConditions);
    this.#ownConditions.set(keyOf(normaliseAddress(from), normaliseAddress(to)), conditions);
    this.#refresh();
  }

  /** Conditions of both directions between two addresses. */
  setConditionsBetween(one: string, other: string, conditions: Partial<LinkConditions>): void {
    this.setConditions(one, other, conditions);
    this.setConditions(other, one, conditions);
  }

  /** Cuts every link between `some` and `others` (all others, when left out): datagrams are dropped, streams hang. */
  partition(some: string | readonly string[], others?: string | readonly string[]): void {
    this.#partitions.push([setOf(some), others === undefined ? undefined : setOf(others)]);
    this.#refresh();
  }

  /** Ends all partitions; streams go on where they stopped. */
  heal(): void {
    this.#partitions.length = 0;
    this.#refresh();
  }

  /** Gives `address` to a station; throws when it is taken. */
  attach(address: string, station: Station): void {
    if (this.#stations.has(address)) throw new Error(`the address ${address} is taken`);
    this.#stations.set(address, station);
  }

  /** Takes `address` from its station. */
  detach(address: string): void {
    this.#stations.delete(address);
  }

  /** Sends a packet on its way to the station that has the destination, or out through the gateway. */
  forward(packet: Packet): void {
    const station = this.#stations.get(packet.destination.address);
    if (station) this.#link(packet.source.address, packet.destination.address).carry(packet, station);
    else if (this.#gateway) this.#gateway.forwardOut(packet);
    else this.#network.tap.report("dropped", packet, "unreachable");
  }

  /** Hands a packet to the station that has the destination, without a link in between. */
  deliver(packet: Packet): void {
    const station = this.#stations.get(packet.destination.address);
    if (station) station.receive(packet);
    else this.#network.tap.report("dropped", packet, "unreachable");
  }

  #link(from: string, to: string): Link {
    const key = keyOf(from, to);
    let link = this.#links.get(key);
    if (!link) {
      link = new Link(this.#network, this.#conditionsOf(key));
      link.partitioned = this.#isPartitioned(from, to);
      this.#links.set(key, link);
    }
    return link;
  }

  #refresh(): void {
    for (const [key, link] of this.#links) {
      const [from = "", to = ""] = key.split(">");
      link.conditions = this.#conditionsOf(key);
      link.partitioned = this.#isPartitioned(from, to);
    }
  }

  #conditionsOf(key: string): LinkConditions {
    return linkConditions(this.#ownConditions.get(key) ?? {}, this.#defaultConditions);
  }

  #isPartitioned(from: string, to: string): boolean {
    return this.#partitions.some(([some, others]) => {
      const isOther = (address: string): boolean => (others ? others.has(address) : !some.has(address));
      return (some.has(from) && isOther(to)) || (some.has(to) && isOther(from));
    });
  }
}

function keyOf(from: string, to: string): string {
  return `${from}>${to}`;
}

function setOf(addresses: string | readonly string[]): ReadonlySet<string> {
  return new Set((typeof addresses === "string" ? [addresses] : addresses).map(normaliseAddress));
}
