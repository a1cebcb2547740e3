import { networkInterfaces, type NetworkInterfaceInfo } from "node:os";
import { isLinkLocal, normaliseAddress } from "../ip-address.ts";

/** Between two looks at the interfaces: Node tells of no change by itself, and a look costs 0.1 ms at most. */
const lookEveryMs = 2000;

type Interfaces = NodeJS.Dict<readonly NetworkInterfaceInfo[]>;

/** Addresses of the interfaces that are up, sorted. */
export function localAddressesOf(interfaces: Interfaces): readonly string[] {
  const addresses = Object.entries(interfaces).flatMap(([name, entries = []]) =>
    entries.map(({ address, family }) => {
      const hasZone = family === "IPv6" && isLinkLocal(address) && !address.includes("%");
      return normaliseAddress(hasZone ? `${address}%${name}` : address);
    }),
  );
  return [...new Set(addresses)].sort();
}

/** Looks at the interfaces as long as somebody listens, and does not hold the process open. */
export class AddressWatch {
  readonly #read: () => Interfaces;
  readonly #lookEveryMs: number;
  readonly #listeners = new Set<() => void>();
  #looks: NodeJS.Timeout | undefined;
  #known = "";

  constructor(read: () => Interfaces = networkInterfaces, everyMs: number = lookEveryMs) {
    this.#read = read;
    this.#lookEveryMs = everyMs;
  }

  get addresses(): readonly string[] {
    return localAddressesOf(this.#read());
  }

  add(listener: () => void): () => void {
    const own = (): void => listener();
    this.#listeners.add(own);
    if (!this.#looks) {
      this.#known = this.#fingerprint;
      this.#looks = setInterval(() => this.#look(), this.#lookEveryMs).unref();
    }
    return () => {
      if (!this.#listeners.delete(own) || this.#listeners.size > 0) return;
      clearInterval(this.#looks);
      this.#looks = undefined;
    };
  }

  /** Cheaper than the addresses; who listens looks whether they are what has changed. */
  get #fingerprint(): string {
    return JSON.stringify(this.#read());
  }

  #look(): void {
    const found = this.#fingerprint;
    if (found === this.#known) return;
    this.#known = found;
    for (const listener of [...this.#listeners]) listener();
  }
}
