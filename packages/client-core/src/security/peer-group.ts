import { addressToBytes, type Clock, type Logger } from "@sidetone/infra-common";
import type { SipUri } from "@sidetone/sip-core";
import { isInNetwork, type PeerPattern } from "./peer-pattern.ts";

/** Finds the addresses of a server (RFC 3263). */
export type Locate = (uri: SipUri) => Promise<readonly { readonly address: string }[]>;

/** Names are looked up again when somebody unknown comes and it is so long since. */
const freshMs = 300_000;

/** Whose requests come from known addresses. Names are looked up, and what they led to before stays known for a while. */
export class PeerGroup {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #fixed: ReadonlySet<string>;
  readonly #networks: readonly Extract<PeerPattern, { kind: "network" }>[];
  readonly #uris: readonly SipUri[];
  #found: ReadonlySet<string> = new Set();
  #foundBefore: ReadonlySet<string> = new Set();
  #locate: Locate | undefined = undefined;
  #lookedUpAtMs = -Infinity;

  constructor(clock: Clock, logger: Logger, patterns: readonly PeerPattern[]) {
    this.#clock = clock;
    this.#logger = logger;
    this.#fixed = new Set(patterns.flatMap((pattern) => (pattern.kind === "address" ? [pattern.address] : [])));
    this.#networks = patterns.filter((pattern) => pattern.kind === "network");
    this.#uris = patterns.flatMap((pattern) => (pattern.kind === "uri" ? [pattern.uri] : []));
  }

  /** The client runs: names can be looked up from now on. Resolves when that was done once. */
  open(locate: Locate): Promise<void> {
    this.#locate = locate;
    return this.#uris.length === 0 ? Promise.resolve() : this.#lookUp();
  }

  close(): void {
    this.#locate = undefined;
  }

  has(remoteAddress: string): boolean {
    const address = remoteAddress.split("%", 1)[0]!;
    if (this.#fixed.has(address) || this.#found.has(address) || this.#foundBefore.has(address)) return true;
    if (this.#networks.length > 0) {
      const bytes = addressToBytes(address);
      if (bytes && this.#networks.some((network) => isInNetwork(bytes, network))) return true;
    }
    if (this.#uris.length > 0 && this.#clock.now() - this.#lookedUpAtMs > freshMs) void this.#lookUp();
    return false;
  }

  async #lookUp(): Promise<void> {
    this.#lookedUpAtMs = this.#clock.now();
    const found = new Set<string>();
    await Promise.all(this.#uris.map((uri) => this.#lookUpOne(uri, found)));
    if (!this.#locate) return;
    this.#foundBefore = this.#found;
    this.#found = found;
  }

  async #lookUpOne(uri: SipUri, found: Set<string>): Promise<void> {
    try {
      for (const { address } of (await this.#locate?.(uri)) ?? []) found.add(address);
    } catch (error) {
      if (this.#locate) this.#logger.warn({ error, host: uri.host }, "the addresses of a peer are not known");
    }
  }
}
