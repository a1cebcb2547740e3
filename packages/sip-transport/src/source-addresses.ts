import { isLoopback, type Clock, type Network } from "@sidetone/infra-common";

const capacity = 4096;
const freshMs = 60_000;
/** How long answers may still name an address that is not sent from any more: 64·T1 and some more. */
const formerMs = 64_000;

interface SourceAddress {
  local: string;
  learnedMs: number;
  isBeingRefreshed: boolean;
}

/**
 * Which local address the system sends from towards a remote one: what a socket bound to a wildcard shows in Via and Contact, which
 * never carry 0.0.0.0 or ::.
 *
 * An answer serves for a minute; after that it still serves while it is asked for again, as routes change with the network.
 */
export class SourceAddresses {
  readonly #network: Network;
  readonly #clock: Clock;
  /** By remote address, the oldest first. */
  readonly #known = new Map<string, SourceAddress>();
  readonly #asking = new Map<string, Promise<string>>();
  /** How often each local address is the answer. */
  readonly #locals = new Map<string, number>();

  /** What was sent from before the machine's addresses changed, and until when it counts. */
  readonly #former = new Map<string, number>();

  constructor(network: Network, clock: Clock) {
    this.#network = network;
    this.#clock = clock;
  }

  /** The local address towards `remote`, if it has been found. */
  known(remote: string): string | undefined {
    const source = this.#known.get(remote);
    if (!source) return undefined;
    if (!source.isBeingRefreshed && this.#clock.now() - source.learnedMs > freshMs) {
      source.isBeingRefreshed = true;
      this.#ask(remote).catch(() => this.#forget(remote));
    }
    return source.local;
  }

  /** Finds the local address towards `remote`; rejects with `NetworkError` `NETWORK_UNREACHABLE`. */
  find(remote: string): Promise<string> {
    const local = this.known(remote);
    return local === undefined ? this.#ask(remote) : Promise.resolve(local);
  }

  /** Whether `address` is one that was found to be sent from, now or a minute ago. */
  isLocal(address: string): boolean {
    return this.#locals.has(address) || (this.#former.get(address) ?? 0) > this.#clock.now();
  }

  /** The machine's addresses have changed: everything is asked for again when it is needed, but for what stays within the machine. */
  forget(): void {
    const now = this.#clock.now();
    for (const [local, untilMs] of this.#former) if (untilMs <= now) this.#former.delete(local);
    for (const [remote, { local }] of [...this.#known]) {
      if (isLoopback(local)) continue;
      this.#forget(remote);
      this.#former.set(local, now + formerMs);
    }
  }

  /** Questions under way. */
  get pending(): number {
    return this.#asking.size;
  }

  #ask(remote: string): Promise<string> {
    const asked = this.#asking.get(remote);
    if (asked) return asked;
    const asking = this.#network.sourceAddressFor(remote).then(
      (local) => {
        this.#asking.delete(remote);
        this.#learn(remote, local);
        return local;
      },
      (error: unknown) => {
        this.#asking.delete(remote);
        throw error;
      },
    );
    this.#asking.set(remote, asking);
    return asking;
  }

  #learn(remote: string, local: string): void {
    this.#forget(remote);
    if (this.#known.size >= capacity) this.#forget(this.#known.keys().next().value as string);
    this.#known.set(remote, { local, learnedMs: this.#clock.now(), isBeingRefreshed: false });
    this.#locals.set(local, (this.#locals.get(local) ?? 0) + 1);
  }

  #forget(remote: string): void {
    const source = this.#known.get(remote);
    if (!source) return;
    this.#known.delete(remote);
    const uses = (this.#locals.get(source.local) ?? 1) - 1;
    if (uses > 0) this.#locals.set(source.local, uses);
    else this.#locals.delete(source.local);
  }
}
