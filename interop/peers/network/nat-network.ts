import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { isInstalled } from "../process/installed.ts";

const execute = promisify(execFile);
const environment = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };

/** Where a program runs: a network namespace, and its address there. */
export interface PeerPlace {
  readonly address: string;
  /** The program and arguments that run it there. */
  command(program: string, args: readonly string[]): readonly [program: string, args: readonly string[]];
}

/** What a home router does: masquerading that keeps ports where it can, and a filter that lets in what was asked for. */
const ruleset = `
table ip nat {
  chain postrouting {
    type nat hook postrouting priority srcnat;
    oifname "out" masquerade
  }
}
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

/**
 * Three network namespaces of this run's own, joined by veth pairs: a private network, a router with a real NAT, and what lies outside. They are
 * gone, and whatever ran in their names with them, when it is disposed of.
 */
export class NatNetwork implements AsyncDisposable {
  readonly inside: PeerPlace;
  readonly outside: PeerPlace;
  readonly #names: Readonly<Record<"inside" | "router" | "outside", string>>;
  #publicAddress = "203.0.113.1";

  private constructor(id: string) {
    this.#names = { inside: `sidetone-in-${id}`, router: `sidetone-nat-${id}`, outside: `sidetone-out-${id}` };
    this.inside = placeIn(this.#names.inside, "192.168.77.10");
    this.outside = placeIn(this.#names.outside, "203.0.113.10");
  }

  static async open(): Promise<NatNetwork> {
    const network = new NatNetwork(`${process.pid}-${Math.floor(Math.random() * 1e6)}`);
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
    const next = this.#publicAddress === "203.0.113.1" ? "203.0.113.2" : "203.0.113.1";
    await this.#ip("router", "addr", "del", `${this.#publicAddress}/24`, "dev", "out");
    await this.#ip("router", "addr", "add", `${next}/24`, "dev", "out");
    this.#publicAddress = next;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of Object.values(this.#names)) await execute("ip", ["netns", "del", name], { env: environment }).catch(() => {});
  }

  async #setUp(): Promise<void> {
    const { inside, router, outside } = this.#names;
    for (const name of [inside, router, outside]) await execute("ip", ["netns", "add", name], { env: environment });
    for (const [place, peer] of [["inside", "in"] as const, ["outside", "out"] as const]) {
      await this.#ip(place, "link", "add", "eth0", "type", "veth", "peer", "name", peer, "netns", router);
      await this.#ip(place, "addr", "add", `${this[place].address}/24`, "dev", "eth0");
      for (const device of ["lo", "eth0"]) await this.#ip(place, "link", "set", device, "up");
    }
    await this.#ip("router", "addr", "add", "192.168.77.1/24", "dev", "in");
    await this.#ip("router", "addr", "add", `${this.#publicAddress}/24`, "dev", "out");
    for (const device of ["lo", "in", "out"]) await this.#ip("router", "link", "set", device, "up");
    await this.#ip("inside", "route", "add", "default", "via", "192.168.77.1");
    await this.#inRouter("sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
    await this.#inRouter("nft", ruleset);
  }

  async #ip(place: "inside" | "router" | "outside", ...args: readonly string[]): Promise<void> {
    await execute("ip", ["-n", this.#names[place], ...args], { env: environment });
  }

  async #inRouter(...command: readonly string[]): Promise<void> {
    await execute("ip", ["netns", "exec", this.#names.router, ...command], { env: environment });
  }
}

/** Why there can be no namespaces with a NAT here; undefined when there can. */
export function natNetworkProblem(): string | undefined {
  if (!isInstalled("ip") || !isInstalled("nft")) return "apt-get install iproute2 nftables";
  if (process.getuid?.() !== 0) return "run as root: network namespaces";
  const name = `sidetone-probe-${process.pid}`;
  try {
    execFileSync("ip", ["netns", "add", name], { env: environment, stdio: "pipe" });
    execFileSync("ip", ["netns", "exec", name, "nft", ruleset], { env: environment, stdio: "pipe" });
    return undefined;
  } catch (error) {
    return `network namespaces are not allowed here: ${String((error as Error).message)
      .split("\n")
      .at(-1)}`;
  } finally {
    try {
      execFileSync("ip", ["netns", "del", name], { env: environment, stdio: "ignore" });
    } catch {
      // there is none
    }
  }
}

function placeIn(name: string, address: string): PeerPlace {
  return { address, command: (program, args) => ["ip", ["netns", "exec", name, program, ...args]] };
}
