import { promises as dns } from "node:dns";
import { abortable, onAbort } from "../abort.ts";
import { addressFamily, normaliseAddress } from "../ip-address.ts";
import { NetworkError } from "../network-error.ts";
import type { AddressFamily } from "../network.ts";
import type { DnsAnswer, NaptrRecord, ResolveOptions, Resolver, SrvRecord } from "../resolver.ts";
import { HostsFile } from "./hosts-file.ts";
import { networkErrorFrom } from "./network-error-from.ts";

export interface NodeResolverOptions {
  /**
   * Name servers to ask, as `address` or `address:port` (IPv6 in brackets), in place of the system's. They alone are asked then: neither
   * the hosts file nor the system's own look-up. Default: those of the system, read anew for each question, since networks change.
   */
  readonly servers?: readonly string[];
  /** How long to wait for a server before it is asked again, or the next one. Default 1,500. */
  readonly timeoutMs?: number;
  /** How often each server is asked. Default 2. */
  readonly tries?: number;
  /** Default: the system's. */
  readonly hostsFile?: string;
}

/** What the name server says where there is nothing (RFC 2308 §2), and what c-ares makes of a name that cannot exist. */
const nothingThere: ReadonlySet<string> = new Set(["ENODATA", "ENOTFOUND", "EBADNAME"]);

/**
 * The domain name system through `node:dns`, which tells the TTL of addresses and of nothing else.
 *
 * Addresses come from the hosts file, else from the name servers; where these know nothing or do not answer, from the system's own
 * look-up, which knows search domains and multicast DNS.
 */
export class NodeResolver implements Resolver {
  readonly #servers: readonly string[] | undefined;
  readonly #options: { readonly timeout: number; readonly tries: number };
  readonly #hosts: HostsFile;

  constructor({ servers, timeoutMs = 1500, tries = 2, hostsFile }: NodeResolverOptions = {}) {
    this.#servers = servers;
    this.#options = { timeout: timeoutMs, tries };
    this.#hosts = new HostsFile(hostsFile);
  }

  resolveNaptr(name: string, { signal }: ResolveOptions = {}): Promise<DnsAnswer<NaptrRecord>> {
    return this.#ask("NAPTR", name, signal, async (resolver) => {
      const records = await resolver.resolveNaptr(name);
      return { records: records.map((record) => ({ ...record, replacement: withoutDot(record.replacement) })), ttlSeconds: undefined };
    });
  }

  resolveSrv(name: string, { signal }: ResolveOptions = {}): Promise<DnsAnswer<SrvRecord>> {
    return this.#ask("SRV", name, signal, async (resolver) => {
      const records = await resolver.resolveSrv(name);
      return {
        records: records.map(({ priority, weight, port, name: target }) => ({ priority, weight, port, target: withoutDot(target) || "." })),
        ttlSeconds: undefined,
      };
    });
  }

  async resolveAddresses(name: string, family: AddressFamily, { signal }: ResolveOptions = {}): Promise<DnsAnswer<string>> {
    signal?.throwIfAborted();
    const numeric = addressFamily(name);
    if (numeric) return known(numeric === family ? [normaliseAddress(name)] : []);
    if (this.#servers) return this.#askAddresses(name, family, signal);
    const inFile = await abortable(this.#hosts.addressesOf(name), signal);
    if (inFile.length > 0) return known(inFile.filter((address) => addressFamily(address) === family));
    const answer = await this.#askAddresses(name, family, signal).catch((error: unknown) => error);
    signal?.throwIfAborted();
    if (!(answer instanceof Error) && (answer as DnsAnswer<string>).records.length > 0) return answer as DnsAnswer<string>;
    const looked = await abortable(lookUp(name, family), signal);
    if (looked.length > 0) return known(looked);
    if (answer instanceof Error) throw answer;
    return answer as DnsAnswer<string>;
  }

  #askAddresses(name: string, family: AddressFamily, signal: AbortSignal | undefined): Promise<DnsAnswer<string>> {
    return this.#ask(family === 6 ? "AAAA" : "A", name, signal, async (resolver) => {
      const records = family === 6 ? await resolver.resolve6(name, { ttl: true }) : await resolver.resolve4(name, { ttl: true });
      return {
        records: records.map(({ address }) => normaliseAddress(address)),
        ttlSeconds: records.reduce((least, { ttl }) => Math.min(least, ttl), Infinity),
      };
    });
  }

  /** One question, with sockets of its own, so that it alone can be given up. */
  async #ask<DnsRecord>(
    type: string,
    name: string,
    signal: AbortSignal | undefined,
    question: (resolver: dns.Resolver) => Promise<DnsAnswer<DnsRecord>>,
  ): Promise<DnsAnswer<DnsRecord>> {
    signal?.throwIfAborted();
    const resolver = new dns.Resolver(this.#options);
    if (this.#servers) resolver.setServers(this.#servers);
    const forget = onAbort(signal, () => resolver.cancel());
    try {
      return await abortable(question(resolver), signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (nothingThere.has((error as NodeJS.ErrnoException).code ?? "")) return { records: [], ttlSeconds: undefined };
      const action = `Cannot ask for ${type} records of "${name}"`;
      throw new NetworkError("NETWORK_NAME_SERVICE_FAILED", networkErrorFrom(error, action).message, { cause: error });
    } finally {
      forget();
    }
  }
}

/** The process's resolver. */
export const nodeResolver: Resolver = new NodeResolver();

function known(records: readonly string[]): DnsAnswer<string> {
  return { records, ttlSeconds: undefined };
}

async function lookUp(name: string, family: AddressFamily): Promise<readonly string[]> {
  const found = await dns.lookup(name, { all: true, family, verbatim: true }).catch(() => []);
  return found.map(({ address }) => normaliseAddress(address));
}

function withoutDot(name: string): string {
  return name.endsWith(".") ? name.slice(0, -1) : name;
}
