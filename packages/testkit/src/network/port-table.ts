import { isWildcard, NetworkError, type AddressFamily } from "@sidetone/infra-common";

/** Something bound to a local address and port. */
export interface Bound {
  readonly family: AddressFamily;
  readonly localAddress: string;
  readonly localPort: number;
}

const firstEphemeralPort = 49_152;
const lastPort = 65_535;

/** Who is bound where on a host, for one protocol. */
export class PortTable<Holder extends Bound> {
  readonly #byPort = new Map<number, Holder[]>();
  #nextPort = firstEphemeralPort;

  /** A free port for `address`, or `port` itself. Throws `NETWORK_ADDRESS_IN_USE` when it is taken. */
  freePort(address: string, port: number): number {
    if (port !== 0) {
      if (!this.#isFree(address, port)) {
        throw new NetworkError(
          "NETWORK_ADDRESS_IN_USE",
          `${address} port ${port} is in use on this virtual host: close its holder, or choose another port`,
        );
      }
      return port;
    }
    for (let tried = firstEphemeralPort; tried <= lastPort; tried++) {
      const candidate = this.#nextPort;
      this.#nextPort = candidate === lastPort ? firstEphemeralPort : candidate + 1;
      if (this.#isFree(address, candidate)) return candidate;
    }
    throw new NetworkError("NETWORK_ADDRESS_IN_USE", `no port is left on ${address}`);
  }

  add(holder: Holder): void {
    const holders = this.#byPort.get(holder.localPort);
    if (holders) holders.push(holder);
    else this.#byPort.set(holder.localPort, [holder]);
  }

  remove(holder: Holder): void {
    const left = this.#byPort.get(holder.localPort)?.filter((other) => other !== holder) ?? [];
    if (left.length > 0) this.#byPort.set(holder.localPort, left);
    else this.#byPort.delete(holder.localPort);
  }

  /** Who receives for `address`: its own holder, or that of the wildcard. */
  find(address: string, port: number): Holder | undefined {
    const holders = this.#byPort.get(port);
    const family = familyOf(address);
    return (
      holders?.find((holder) => holder.localAddress === address) ??
      holders?.find((holder) => holder.family === family && isWildcard(holder.localAddress))
    );
  }

  get size(): number {
    let size = 0;
    for (const holders of this.#byPort.values()) size += holders.length;
    return size;
  }

  /** A wildcard takes the port on every address of its family. */
  #isFree(address: string, port: number): boolean {
    const family = familyOf(address);
    const holders = this.#byPort.get(port) ?? [];
    return !holders.some(
      (holder) => holder.family === family && (holder.localAddress === address || isWildcard(holder.localAddress) || isWildcard(address)),
    );
  }
}

function familyOf(address: string): AddressFamily {
  return address.includes(":") ? 6 : 4;
}
