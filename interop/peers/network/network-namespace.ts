import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { atTheEnd } from "../../../bench/lib/caretaker.mjs";
import { isInstalled } from "../process/installed.ts";

const execute = promisify(execFile);
const environment = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };

/** A network namespace of this run's own: gone, and whatever is in it with it, when it is disposed of or the test run ends. */
export class NetworkNamespace implements AsyncDisposable {
  readonly name: string;
  readonly #forget: () => void;

  private constructor(name: string) {
    this.name = name;
    this.#forget = atTheEnd("env", `PATH=${environment.PATH}`, "ip", "netns", "del", name);
  }

  /** @param purpose what its name tells of it. */
  static async add(purpose: string): Promise<NetworkNamespace> {
    const namespace = new NetworkNamespace(`sidetone-${purpose}-${process.pid}-${process.hrtime()[1]}`);
    await execute("ip", ["netns", "add", namespace.name], { env: environment });
    return namespace;
  }

  /** Sets something up in it, as `ip` does. */
  async ip(...args: readonly string[]): Promise<void> {
    await execute("ip", ["-n", this.name, ...args], { env: environment });
  }

  /** Lays a cable from its device to one of another. */
  async connect(device: string, other: NetworkNamespace, otherDevice: string): Promise<void> {
    await this.ip("link", "add", device, "type", "veth", "peer", "name", otherDevice, "netns", other.name);
  }

  /** Runs a program in it to its end. */
  async run(...command: readonly string[]): Promise<void> {
    await execute("ip", ["netns", "exec", this.name, ...command], { env: environment });
  }

  /** The program and arguments that run a program in it. */
  command(program: string, args: readonly string[]): readonly [program: string, args: readonly string[]] {
    return ["ip", ["netns", "exec", this.name, program, ...args]];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await execute("ip", ["netns", "del", this.name], { env: environment }).catch(() => {});
    this.#forget();
  }
}

/** Why there can be no namespaces here; undefined when there can. */
export function namespaceProblem(options: { nftRuleset?: string } = {}): string | undefined {
  const { nftRuleset } = options;
  if (!isInstalled("ip")) return "apt-get install iproute2";
  if (nftRuleset !== undefined && !isInstalled("nft")) return "apt-get install nftables";
  if (process.getuid?.() !== 0) return "run as root: network namespaces";
  const name = `sidetone-try-${process.pid}`;
  const attempt = (...args: readonly string[]): unknown => execFileSync("ip", ["netns", ...args], { env: environment, stdio: "pipe" });
  try {
    attempt("add", name);
    try {
      if (nftRuleset !== undefined) attempt("exec", name, "nft", nftRuleset);
    } finally {
      attempt("del", name);
    }
    return undefined;
  } catch (error) {
    return `network namespaces are not allowed here: ${String((error as Error).message)
      .split("\n")
      .at(-1)}`;
  }
}
