import {
  abortable,
  NetworkError,
  type AddressFamily,
  type Clock,
  type DnsAnswer,
  type NaptrRecord,
  type ResolveOptions,
  type Resolver,
  type SrvRecord,
} from "@sidetone/infra-common";

/** Where an answer came from: asked for now, kept from before, or kept beyond its time because nobody answers now. */
export type AnswerSource = "asked" | "kept" | "stale";

export interface NamedAnswer<DnsRecord> extends DnsAnswer<DnsRecord> {
  readonly source: AnswerSource;
}

interface Kept {
  readonly answer: DnsAnswer<unknown> | undefined;
  /** Why there is no answer. */
  readonly error: unknown;
  /** Until when it serves without asking again. */
  readonly freshUntilMs: number;
  /** Until when it serves while nobody answers. */
  readonly staleUntilMs: number;
}

/** How long an answer is kept whose TTL is unknown; `node:dns` tells that of addresses alone. */
const unknownTtlSeconds = 60;
/** RFC 1035 leaves the longest to the resolver; a day is what most take. */
const longestTtlSeconds = 86_400;
/** "No such name" and "no such record", where the zone's SOA is unknown (RFC 2308 §5). */
const negativeTtlSeconds = 30;
const longestNegativeTtlSeconds = 300;
/** A failure of the name service, so that a burst of calls asks once (RFC 2308 §7). */
const failureMs = 5_000;
/** How long an answer may still serve when no new one can be had (RFC 8767 §5). */
const staleMs = 86_400_000;
/** How long one question may take. */
const questionMs = 3_000;
const maxRecords = 64;
const maxQuestions = 256;
/** The longest name (RFC 1035 §3.1), and the longest label. */
const namePattern = /^(?=.{1,253}$)[^.\s]{1,63}(?:\.[^.\s]{1,63})*$/;

/**
 * The name service with a memory: answers are kept for their TTL, that there is none for a while too, a failure for a moment. While
 * nobody answers, an answer that has expired still serves. Bounded: the answer that was not used for longest goes first.
 */
export class NameCache {
  readonly #resolver: Resolver;
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #kept = new Map<string, Kept>();
  readonly #questions = new Map<string, Promise<NamedAnswer<unknown>>>();
  /** Of the questions that are open. */
  readonly #aborts = new Set<AbortController>();
  #isClosed = false;

  constructor(resolver: Resolver, clock: Clock, capacity: number) {
    this.#resolver = resolver;
    this.#clock = clock;
    this.#capacity = capacity;
  }

  /** Answers in memory. */
  get size(): number {
    return this.#kept.size;
  }

  naptr(name: string, signal?: AbortSignal): Promise<NamedAnswer<NaptrRecord>> {
    const byOrder = (one: NaptrRecord, other: NaptrRecord): number => one.order - other.order;
    return this.#ask("NAPTR", name, byOrder, (options) => this.#resolver.resolveNaptr(name, options), signal);
  }

  srv(name: string, signal?: AbortSignal): Promise<NamedAnswer<SrvRecord>> {
    const byPriority = (one: SrvRecord, other: SrvRecord): number => one.priority - other.priority;
    return this.#ask("SRV", name, byPriority, (options) => this.#resolver.resolveSrv(name, options), signal);
  }

  addresses(name: string, family: AddressFamily, signal?: AbortSignal): Promise<NamedAnswer<string>> {
    const type = family === 6 ? "AAAA" : "A";
    return this.#ask(type, name, undefined, (options) => this.#resolver.resolveAddresses(name, family, options), signal);
  }

  /** Gives up every question. */
  close(): void {
    this.#isClosed = true;
    for (const abort of this.#aborts) abort.abort(closed());
    this.#kept.clear();
  }

  async #ask<DnsRecord>(
    type: string,
    name: string,
    order: ((one: DnsRecord, other: DnsRecord) => number) | undefined,
    question: (options: ResolveOptions) => Promise<DnsAnswer<DnsRecord>>,
    signal: AbortSignal | undefined,
  ): Promise<NamedAnswer<DnsRecord>> {
    if (this.#isClosed) throw closed();
    if (!namePattern.test(name)) return { records: [], ttlSeconds: undefined, source: "kept" };
    const key = `${type} ${name.toLowerCase()}`;
    const kept = this.#kept.get(key);
    if (kept && this.#clock.now() < kept.freshUntilMs) return this.#reuse(key, kept) as NamedAnswer<DnsRecord>;
    let asked = this.#questions.get(key);
    if (!asked) {
      if (this.#questions.size >= maxQuestions) throw new NetworkError("NETWORK_NAME_SERVICE_FAILED", "Too many questions at a time");
      asked = this.#fetch(key, async (options) => trimmed(await question(options), order)).finally(() => this.#questions.delete(key));
      asked.catch(() => {}); // whoever asked may have left
      this.#questions.set(key, asked);
    }
    return (await abortable(asked, signal)) as NamedAnswer<DnsRecord>;
  }

  #reuse(key: string, kept: Kept): NamedAnswer<unknown> {
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    const { answer, error, freshUntilMs, staleUntilMs } = kept;
    if (!answer) throw error;
    const isStale = staleUntilMs - staleMs < this.#clock.now();
    const ttlSeconds = Math.ceil((freshUntilMs - this.#clock.now()) / 1000);
    return { ...answer, ttlSeconds, source: isStale ? "stale" : "kept" };
  }

  async #fetch(key: string, question: (options: ResolveOptions) => Promise<DnsAnswer<unknown>>): Promise<NamedAnswer<unknown>> {
    const abort = new AbortController();
    this.#aborts.add(abort);
    const tooLate = (): void =>
      abort.abort(new NetworkError("NETWORK_NAME_SERVICE_FAILED", `No answer to "${key}" within ${questionMs} ms`));
    const timer = this.#clock.setTimer(questionMs, tooLate);
    try {
      const answer = await question({ signal: abort.signal });
      const freshUntilMs = this.#clock.now() + 1000 * lifetimeSeconds(answer);
      this.#keep(key, { answer, error: undefined, freshUntilMs, staleUntilMs: freshUntilMs + staleMs });
      return { ...answer, source: "asked" };
    } catch (error) {
      if (this.#isClosed) throw error;
      return this.#fallBack(key, error);
    } finally {
      timer.cancel();
      this.#aborts.delete(abort);
    }
  }

  /** What was known before, if it had anything to say; else the failure. */
  #fallBack(key: string, error: unknown): NamedAnswer<unknown> {
    const now = this.#clock.now();
    const before = this.#kept.get(key);
    const freshUntilMs = now + failureMs;
    if (before?.answer && before.answer.records.length > 0 && now < before.staleUntilMs) {
      this.#keep(key, { ...before, freshUntilMs });
      return { ...before.answer, ttlSeconds: failureMs / 1000, source: "stale" };
    }
    this.#keep(key, { answer: undefined, error, freshUntilMs, staleUntilMs: freshUntilMs });
    throw error;
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.delete(key);
    if (this.#kept.size >= this.#capacity) this.#kept.delete(this.#kept.keys().next().value as string);
    this.#kept.set(key, kept);
  }
}

function closed(): NetworkError {
  return new NetworkError("NETWORK_NAME_SERVICE_FAILED", "The SIP transports have been closed");
}

function lifetimeSeconds({ records, ttlSeconds }: DnsAnswer<unknown>): number {
  return records.length > 0
    ? Math.min(ttlSeconds ?? unknownTtlSeconds, longestTtlSeconds)
    : Math.min(ttlSeconds ?? negativeTtlSeconds, longestNegativeTtlSeconds);
}

/** A thousand records are as good as the first {@link maxRecords} of them. */
function trimmed<DnsRecord>(
  answer: DnsAnswer<DnsRecord>,
  order: ((one: DnsRecord, other: DnsRecord) => number) | undefined,
): DnsAnswer<DnsRecord> {
  if (answer.records.length <= maxRecords) return answer;
  const records = order ? answer.records.toSorted(order) : answer.records;
  return { ...answer, records: records.slice(0, maxRecords) };
}
