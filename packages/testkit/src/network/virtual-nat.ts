import { normaliseAddress, type Clock, type SocketAddress } from "@sidetone/infra-common";
import type { WireTap } from "../wire/wire-tap.ts";
import { AddressSpace } from "./address-space.ts";
import type { NetworkContext } from "./network-context.ts";
import type { Gateway, Packet, Station } from "./packet.ts";
import { VirtualHost, type HostOptions } from "./virtual-host.ts";

/**
 * The kinds of RFC 3489 §5, in the terms of RFC 4787:
 * - `full-cone`: endpoint-independent mapping, endpoint-independent filtering: whoever knows the mapping gets in;
 * - `restricted`: endpoint-independent mapping, address-dependent filtering;
 * - `port-restricted`: endpoint-independent mapping, address and port-dependent filtering;
 * - `symmetric`: address and port-dependent mapping and filtering: another port for each remote address and port.
 */
export type NatKind = "full-cone" | "restricted" | "port-restricted" | "symmetric";

export interface NatOptions {
  kind: NatKind;
  /** Its address on the outer side. */
  publicAddress: string;
  /** A UDP mapping ends when nothing went out through it for this long. Default 120 s, the least that RFC 4787 REQ-5 allows. */
  mappingTimeoutMs?: number;
  /** The same for TCP. Default 2 hours 4 minutes (RFC 5382 REQ-5). */
  streamMappingTimeoutMs?: number;
  /** Whether packets that come in keep a mapping too (RFC 4787 REQ-6b). Default false. */
  refreshedByInbound?: boolean;
  /** Whether hosts behind it reach one another by its public address (RFC 4787 REQ-9). Default false. */
  hairpin?: boolean;
  /** The first port given out; the next ones follow. Default 40000. */
  firstPort?: number;
  /** From one port given out to the next. Default 1; with 2, no two are consecutive. */
  portStep?: number;
}

/** A private address and port, and the public port that stands for it. */
export interface NatMapping {
  readonly protocol: "UDP" | "TCP";
  readonly inside: SocketAddress;
  readonly publicPort: number;
  /** Where it has sent to: whom the filter knows. */
  readonly remotes: readonly SocketAddress[];
}

interface Mapping extends NatMapping {
  readonly key: string;
  readonly remotes: SocketAddress[];
  expiresAtMs: number;
}

/** A network address translator with a network of its own behind it. */
export class VirtualNat implements Station, Gateway {
  readonly kind: NatKind;
  /** The network behind it: its links, conditions and partitions. */
  readonly inside: AddressSpace;
  readonly #network: NetworkContext;
  readonly #outside: AddressSpace;
  readonly #clock: Clock;
  readonly #tap: WireTap;
  readonly #timeoutsMs: Readonly<Record<"UDP" | "TCP", number>>;
  readonly #refreshedByInbound: boolean;
  readonly #hairpin: boolean;
  #publicAddress: string;
  readonly #portStep: number;
  #nextPort: number;
  readonly #byKey = new Map<string, Mapping>();
  readonly #byPort = new Map<number, Mapping>();

  constructor(network: NetworkContext, outside: AddressSpace, options: NatOptions) {
    this.kind = options.kind;
    this.#publicAddress = normaliseAddress(options.publicAddress);
    this.inside = new AddressSpace(network, this);
    this.#network = network;
    this.#outside = outside;
    this.#clock = network.clock;
    this.#tap = network.tap;
    this.#timeoutsMs = { UDP: options.mappingTimeoutMs ?? 120_000, TCP: options.streamMappingTimeoutMs ?? 7_440_000 };
    this.#refreshedByInbound = options.refreshedByInbound ?? false;
    this.#hairpin = options.hairpin ?? false;
    this.#nextPort = options.firstPort ?? 40_000;
    this.#portStep = options.portStep ?? 1;
    outside.attach(this.publicAddress, this);
  }

  /** A host behind this NAT. */
  host(address: string, options: HostOptions = {}): VirtualHost {
    return new VirtualHost(this.#network, this.inside, address, options);
  }

  /** A NAT behind this NAT. */
  nat(options: NatOptions): VirtualNat {
    return new VirtualNat(this.#network, this.inside, options);
  }

  /** The mappings in force. */
  get mappings(): readonly NatMapping[] {
    return [...this.#byPort.values()].filter((mapping) => !this.#isExpired(mapping));
  }

  /** Its address on the outer side. */
  get publicAddress(): string {
    return this.#publicAddress;
  }

  /** Forgets all mappings; later packets get other ports. With `publicAddress` it comes back under that one. */
  reboot({ publicAddress }: { publicAddress?: string } = {}): void {
    this.#byKey.clear();
    this.#byPort.clear();
    if (publicAddress === undefined) return;
    this.#outside.detach(this.#publicAddress);
    this.#publicAddress = normaliseAddress(publicAddress);
    this.#outside.attach(this.#publicAddress, this);
  }

  forwardOut(packet: Packet): void {
    const { destination } = packet;
    const mapping = this.#mappingFor(packet);
    mapping.expiresAtMs = this.#clock.now() + this.#timeoutsMs[packet.protocol];
    if (!mapping.remotes.some((remote) => remote.address === destination.address && remote.port === destination.port)) {
      mapping.remotes.push(destination);
    }
    const translated: Packet = { ...packet, source: { address: this.publicAddress, port: mapping.publicPort } };
    if (destination.address !== this.publicAddress) this.#outside.forward(translated);
    else if (this.#hairpin) this.receive(translated);
    else this.#tap.report("dropped", translated, "filtered");
  }

  receive(packet: Packet): void {
    const mapping = this.#byPort.get(packet.destination.port);
    if (!mapping || mapping.protocol !== packet.protocol || this.#isExpired(mapping) || !this.#letsIn(mapping, packet.source)) {
      this.#tap.report("dropped", packet, "filtered");
      return;
    }
    if (this.#refreshedByInbound) mapping.expiresAtMs = this.#clock.now() + this.#timeoutsMs[packet.protocol];
    this.inside.deliver({ ...packet, destination: mapping.inside });
  }

  #mappingFor({ protocol, source, destination }: Packet): Mapping {
    const to = this.kind === "symmetric" ? `>${destination.address}|${destination.port}` : "";
    const key = `${protocol}|${source.address}|${source.port}${to}`;
    const existing = this.#byKey.get(key);
    if (existing && !this.#isExpired(existing)) return existing;
    if (existing) this.#byPort.delete(existing.publicPort);
    const mapping: Mapping = { key, protocol, inside: source, publicPort: this.#freePort(), remotes: [], expiresAtMs: 0 };
    this.#byKey.set(key, mapping);
    this.#byPort.set(mapping.publicPort, mapping);
    return mapping;
  }

  #letsIn(mapping: Mapping, source: SocketAddress): boolean {
    switch (this.kind) {
      case "full-cone":
        return true;
      case "restricted":
        return mapping.remotes.some((remote) => remote.address === source.address);
      case "port-restricted":
      case "symmetric":
        return mapping.remotes.some((remote) => remote.address === source.address && remote.port === source.port);
    }
  }

  #isExpired(mapping: Mapping): boolean {
    return mapping.expiresAtMs <= this.#clock.now();
  }

  #freePort(): number {
    for (let tried = 0; tried < 65_535; tried++) {
      const port = this.#nextPort;
      this.#nextPort = port + this.#portStep > 65_535 ? 1024 : port + this.#portStep;
      const holder = this.#byPort.get(port);
      if (!holder) return port;
      if (this.#isExpired(holder)) {
        this.#byKey.delete(holder.key);
        return port;
      }
    }
    throw new Error(`the NAT ${this.publicAddress} has no port left`);
  }
}
