import type { SocketAddress } from "@sidetone/infra-common";
import { flat } from "@sidetone/sip-core";
import type { StreamFlow } from "./stream-flow.ts";
import type { NamedAddress } from "./transport.ts";

/** The open connections of a transport, by where they lead. */
export class FlowTable {
  readonly #flows = new Set<StreamFlow>();
  /** Mostly one each; over TLS one per host that the peer is asked for as. The newest last. */
  readonly #byRemote = new Map<string, StreamFlow[]>();
  readonly #byName = new Map<string, StreamFlow>();
  readonly #aliases = new Map<StreamFlow, SocketAddress>();

  get all(): readonly StreamFlow[] {
    return [...this.#flows];
  }

  add(flow: StreamFlow): void {
    this.#flows.add(flow);
    this.#put(keyOf({ address: flow.remoteAddress, port: flow.remotePort }), flow);
  }

  delete(flow: StreamFlow): void {
    this.#flows.delete(flow);
    this.#take(keyOf({ address: flow.remoteAddress, port: flow.remotePort }), flow);
    const alias = this.#aliases.get(flow);
    if (alias) this.#take(keyOf(alias), flow);
    this.#aliases.delete(flow);
    if (flow.peerName !== undefined && this.#byName.get(flow.peerName) === flow) this.#byName.delete(flow.peerName);
  }

  /** The connection that a message to `remote` takes. */
  find(remote: NamedAddress): StreamFlow | undefined {
    return this.#byRemote.get(keyOf(remote))?.findLast((flow) => flow.leadsTo(remote.hostName));
  }

  /** The peer of `flow` takes connections at `at`, too, and wants none but this: the first that it says counts (RFC 5923). */
  alias(flow: StreamFlow, at: SocketAddress): void {
    if (this.#aliases.has(flow) || (at.address === flow.remoteAddress && at.port === flow.remotePort)) return;
    this.#aliases.set(flow, at);
    this.#put(keyOf(at), flow);
  }

  /** The connection whose peer goes by `host`, which has no address. */
  named(host: string): StreamFlow | undefined {
    return this.#byName.get(host.toLowerCase());
  }

  /** Gives the peer of `flow` its name, unless it has one, or another connection has this name. */
  name(flow: StreamFlow, host: string): void {
    if (flow.peerName !== undefined) return;
    const name = flat(host.toLowerCase());
    if (this.#byName.has(name)) return;
    flow.peerName = name;
    this.#byName.set(name, flow);
  }

  #put(key: string, flow: StreamFlow): void {
    const flows = this.#byRemote.get(key);
    if (flows) flows.push(flow);
    else this.#byRemote.set(key, [flow]);
  }

  #take(key: string, flow: StreamFlow): void {
    const flows = this.#byRemote.get(key)?.filter((other) => other !== flow) ?? [];
    if (flows.length > 0) this.#byRemote.set(key, flows);
    else this.#byRemote.delete(key);
  }
}

function keyOf({ address, port }: SocketAddress): string {
  return `${address} ${port}`;
}
