import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { isInstalled } from "../process/installed.ts";

const execute = promisify(execFile);
const environment = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };

/** Where the server is. */
export const serverAddress = "192.168.78.1";

/** Two network namespaces of this run's own, joined by a cable: a machine whose addresses change, and a server. They are gone when it is disposed of. */
export class MovingMachine implements AsyncDisposable {
  readonly #machine: string;
  readonly #server: string;
  address = "192.168.78.10";

  private constructor() {
    const id = `${process.pid}-${process.hrtime()[1]}`;
    this.#machine = `sidetone-pc-${id}`;
    this.#server = `sidetone-srv-${id}`;
  }

  static async open(): Promise<MovingMachine> {
    const made = new MovingMachine();
    try {
      await made.#setUp();
      return made;
    } catch (error) {
      await made[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The program and arguments that run a program at one of the two. */
  commandAt(place: "machine" | "server", program: string, args: readonly string[]): readonly [program: string, args: readonly string[]] {
    return ["ip", ["netns", "exec", place === "machine" ? this.#machine : this.#server, program, ...args]];
  }

  /** Takes the machine its address, and gives it another. */
  async moveTo(address: string): Promise<void> {
    await this.#ip(this.#machine, "addr", "del", `${this.address}/24`, "dev", "eth0");
    await this.#ip(this.#machine, "addr", "add", `${address}/24`, "dev", "eth0");
    this.address = address;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of [this.#machine, this.#server]) await execute("ip", ["netns", "del", name], { env: environment }).catch(() => {});
  }

  async #setUp(): Promise<void> {
    for (const name of [this.#machine, this.#server]) await execute("ip", ["netns", "add", name], { env: environment });
    await this.#ip(this.#machine, "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", this.#server);
    await this.#ip(this.#machine, "addr", "add", `${this.address}/24`, "dev", "eth0");
    await this.#ip(this.#server, "addr", "add", `${serverAddress}/24`, "dev", "eth0");
    for (const name of [this.#machine, this.#server])
      for (const device of ["lo", "eth0"]) await this.#ip(name, "link", "set", device, "up");
  }

  async #ip(name: string, ...args: readonly string[]): Promise<void> {
    await execute("ip", ["-n", name, ...args], { env: environment });
  }
}

/** Why there can be no namespaces here; undefined when there can. */
export function namespaceProblem(): string | undefined {
  if (!isInstalled("ip")) return "apt-get install iproute2";
  if (process.getuid?.() !== 0) return "run as root: network namespaces";
  const name = `sidetone-try-${process.pid}`;
  try {
    execFileSync("ip", ["netns", "add", name], { env: environment, stdio: "pipe" });
    execFileSync("ip", ["netns", "del", name], { env: environment, stdio: "pipe" });
    return undefined;
  } catch (error) {
    return `network namespaces are not allowed here: ${(error as Error).message.split("\n").at(-1)}`;
  }
}
