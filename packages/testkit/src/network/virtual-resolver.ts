import {
  abortable,
  addressFamily,
  delay,
  NetworkError,
  normaliseAddress,
  type AddressFamily,
  type Clock,
  type DnsAnswer,
  type NaptrRecord,
  type ResolveOptions,
  type Resolver,
  type SrvRecord,
} from "@sidetone/infra-common";

export interface VirtualRecordOptions {
  /** How long the answer holds, in seconds. Default 300; undefined: the resolver does not tell. */
  ttlSeconds?: number | undefined;
}

/** How the name service behaves. */
export interface ResolverConditions {
  /** How long an answer takes, in milliseconds; Infinity: none ever comes. */
  readonly delayMs: number;
  /** Whether a failure comes in place of the answer (RFC 1035 §4.1.1, SERVFAIL). */
  readonly fails: boolean;
}

type RecordType = "NAPTR" | "SRV" | "A" | "AAAA";

const defaultConditions: ResolverConditions = { delayMs: 0, fails: false };

/** The domain name system of a virtual network: records that the test sets, with TTLs, delays and failures. It keeps a list of the questions. */
export class VirtualResolver implements Resolver {
  /** Every question so far: `SRV _sip._udp.example.com`. */
  readonly questions: string[] = [];
  readonly #clock: Clock;
  readonly #answers = new Map<string, DnsAnswer<unknown>>();
  readonly #conditions = new Map<string, ResolverConditions>();
  #commonConditions: ResolverConditions = defaultConditions;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What is left out of a record is order 0, preference 0, the flag `s` and no regular expression. No record at all: the name has none. */
  setNaptr(
    name: string,
    records: readonly (Partial<NaptrRecord> & Pick<NaptrRecord, "service" | "replacement">)[],
    options: VirtualRecordOptions = {},
  ): void {
    const filled = records.map((record) => ({ order: 0, preference: 0, flags: "s", regexp: "", ...record }));
    this.#set("NAPTR", name, filled, options);
  }

  /** What is left out of a record is priority 0, weight 0 and port 5060. */
  setSrv(name: string, records: readonly (Partial<SrvRecord> & Pick<SrvRecord, "target">)[], options: VirtualRecordOptions = {}): void {
    const filled = records.map((record) => ({ priority: 0, weight: 0, port: 5060, ...record }));
    this.#set("SRV", name, filled, options);
  }

  /** A and AAAA records; without addresses the name ceases to exist. */
  setAddresses(name: string, addresses: readonly string[], options: VirtualRecordOptions = {}): void {
    const normal = addresses.map(normaliseAddress);
    for (const [type, family] of [["A", 4] as const, ["AAAA", 6] as const]) {
      this.#set(
        type,
        name,
        normal.filter((address) => addressFamily(address) === family),
        options,
      );
    }
  }

  /** How answers about `name` come, or about every name without conditions of its own. What is left out is as it should be. */
  setConditions(conditions: Partial<ResolverConditions>, name?: string): void {
    const filled = { ...defaultConditions, ...conditions };
    if (name === undefined) this.#commonConditions = filled;
    else this.#conditions.set(name.toLowerCase(), filled);
  }

  /** The addresses of a host name, IPv4 before IPv6; none when it does not exist. */
  addressesOf(name: string): readonly string[] {
    return (["A", "AAAA"] as const).flatMap((type) => this.#answer<string>(type, name).records);
  }

  resolveNaptr(name: string, options: ResolveOptions = {}): Promise<DnsAnswer<NaptrRecord>> {
    return this.#ask("NAPTR", name, options);
  }

  resolveSrv(name: string, options: ResolveOptions = {}): Promise<DnsAnswer<SrvRecord>> {
    return this.#ask("SRV", name, options);
  }

  resolveAddresses(name: string, family: AddressFamily, options: ResolveOptions = {}): Promise<DnsAnswer<string>> {
    return this.#ask(family === 6 ? "AAAA" : "A", name, options);
  }

  async #ask<DnsRecord>(type: RecordType, name: string, { signal }: ResolveOptions): Promise<DnsAnswer<DnsRecord>> {
    signal?.throwIfAborted();
    this.questions.push(`${type} ${name}`);
    const { delayMs, fails } = this.#conditions.get(name.toLowerCase()) ?? this.#commonConditions;
    if (delayMs === Infinity) await abortable(new Promise<never>(() => {}), signal);
    else if (delayMs > 0) await delay(this.#clock, delayMs, signal);
    if (fails) throw new NetworkError("NETWORK_NAME_SERVICE_FAILED", `Cannot ask for ${type} records of "${name}": the test wants it so`);
    return this.#answer(type, name);
  }

  #set(type: RecordType, name: string, records: readonly unknown[], options: VirtualRecordOptions): void {
    const { ttlSeconds } = { ttlSeconds: 300, ...options };
    this.#answers.set(`${type} ${name.toLowerCase()}`, { records, ttlSeconds });
  }

  #answer<DnsRecord>(type: RecordType, name: string): DnsAnswer<DnsRecord> {
    const known = this.#answers.get(`${type} ${name.toLowerCase()}`);
    return (known ?? { records: [], ttlSeconds: undefined }) as DnsAnswer<DnsRecord>;
  }
}
