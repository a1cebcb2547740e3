import { namespaceProblem, NetworkNamespace } from "./network-namespace.ts";

/** Where a program runs: a network namespace, and its address there. */
export interface PeerPlace {
  readonly address: string;
  /** The program and arguments that run it there. */
  command(program: string, args: readonly string[]): readonly [program: string, args: readonly string[]];
}

/** Of ports that no program inside has: a NAT told to map to these keeps none. */
const otherPorts = { first: 50_000, last: 59_999 };

/** Masquerading in the place of any that there was: it keeps ports where it can, or maps to a range. */
const masquerade = (to = ""): string => `
table ip nat {}
flush table ip nat
table ip nat {
  chain postrouting {
    type nat hook postrouting priority srcnat;
    oifname "out" meta l4proto udp masquerade ${to}
    oifname "out" masquerade
  }
}
`;

/** What a home router does: masquerading, and a filter that lets in what was asked for. */
const ruleset = `${masquerade()}
table ip filter {
  chain input {
    type filter hook input priority filter;
    iifname "out" ct state new drop
  }
  chain forward {
    type filter hook forward priority filter;
    iifname "out" ct state new drop
  }
}
`;

/** Three network namespaces, joined by veth pairs: a private network, a router with a real NAT, and what lies outside. */
export class NatNetwork implements AsyncDisposable {
  readonly inside: PeerPlace;
  readonly outside: PeerPlace;
  readonly #namespaces: Readonly<Record<"inside" | "router" | "outside", NetworkNamespace>>;
  #publicAddress = "203.0.113.1";

  private constructor(inside: NetworkNamespace, router: NetworkNamespace, outside: NetworkNamespace) {
    this.#namespaces = { inside, router, outside };
    this.inside = placeIn(inside, "192.168.77.10");
    this.outside = placeIn(outside, "203.0.113.10");
  }

  static async open(): Promise<NatNetwork> {
    const add = (purpose: string): Promise<NetworkNamespace> => NetworkNamespace.add(purpose);
    const network = new NatNetwork(await add("in"), await add("nat"), await add("out"));
    try {
      await network.#setUp();
      return network;
    } catch (error) {
      await network[Symbol.asyncDispose]();
      throw error;
    }
  }

  get publicAddress(): string {
    return this.#publicAddress;
  }

  /** The router comes back under another address, and knows nothing of what it had mapped: masquerading forgets with the address. */
  async rebind(): Promise<void> {
    const { router } = this.#namespaces;
    const next = this.#publicAddress === "203.0.113.1" ? "203.0.113.2" : "203.0.113.1";
    await router.ip("addr", "del", `${this.#publicAddress}/24`, "dev", "out");
    await router.ip("addr", "add", `${next}/24`, "dev", "out");
    this.#publicAddress = next;
  }

  /** It comes back under the same address, and maps everything to other ports than before. Gives the lowest and the highest of them. */
  async rebindPorts(): Promise<typeof otherPorts> {
    const { router } = this.#namespaces;
    await router.run("nft", masquerade(`to :${otherPorts.first}-${otherPorts.last}`));
    for (const change of ["del", "add"]) await router.ip("addr", change, `${this.#publicAddress}/24`, "dev", "out");
    return otherPorts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const namespace of Object.values(this.#namespaces)) await namespace[Symbol.asyncDispose]();
  }

  async #setUp(): Promise<void> {
    const { inside, router, outside } = this.#namespaces;
    for (const [namespace, { address }, device] of [[inside, this.inside, "in"] as const, [outside, this.outside, "out"] as const]) {
      await namespace.connect("eth0", router, device);
      await namespace.ip("addr", "add", `${address}/24`, "dev", "eth0");
      for (const each of ["lo", "eth0"]) await namespace.ip("link", "set", each, "up");
    }
    await router.ip("addr", "add", "192.168.77.1/24", "dev", "in");
    await router.ip("addr", "add", `${this.#publicAddress}/24`, "dev", "out");
    for (const device of ["lo", "in", "out"]) await router.ip("link", "set", device, "up");
    await inside.ip("route", "add", "default", "via", "192.168.77.1");
    await router.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    await router.run("nft", ruleset);
  }
}

/** Why there can be no namespaces with a NAT here; undefined when there can. */
export function natNetworkProblem(): string | undefined {
  return namespaceProblem({ nftRuleset: ruleset });
}

function placeIn(namespace: NetworkNamespace, address: string): PeerPlace {
  return { address, command: (program, args) => namespace.command(program, args) };
}
