import { NetworkNamespace } from "./network-namespace.ts";

/** Where the server is. */
export const serverAddress = "192.168.78.1";

/** Two network namespaces, joined by a cable: a machine whose addresses change, and a server. */
export class MovingMachine implements AsyncDisposable {
  address = "192.168.78.10";
  readonly #machine: NetworkNamespace;
  readonly #server: NetworkNamespace;

  private constructor(machine: NetworkNamespace, server: NetworkNamespace) {
    this.#machine = machine;
    this.#server = server;
  }

  static async open(): Promise<MovingMachine> {
    const made = new MovingMachine(await NetworkNamespace.add("pc"), await NetworkNamespace.add("srv"));
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
    return (place === "machine" ? this.#machine : this.#server).command(program, args);
  }

  /** Takes the machine its address, and gives it another. */
  async moveTo(address: string): Promise<void> {
    await this.#machine.ip("addr", "del", `${this.address}/24`, "dev", "eth0");
    await this.#machine.ip("addr", "add", `${address}/24`, "dev", "eth0");
    this.address = address;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const namespace of [this.#machine, this.#server]) await namespace[Symbol.asyncDispose]();
  }

  async #setUp(): Promise<void> {
    await this.#machine.connect("eth0", this.#server, "eth0");
    await this.#machine.ip("addr", "add", `${this.address}/24`, "dev", "eth0");
    await this.#server.ip("addr", "add", `${serverAddress}/24`, "dev", "eth0");
    for (const namespace of [this.#machine, this.#server])
      for (const device of ["lo", "eth0"]) await namespace.ip("link", "set", device, "up");
  }
}
