import type { Clock, Environment, Timer } from "@sidetone/infra-common";
import { parseMessage } from "@sidetone/sip-core";
import { KeyedHash, RepeatedHash } from "./keyed-hash.ts";
import { LingeringIndex } from "./lingering-index.ts";
import { LingeringSegment, segmentEntries, type LingeringParts } from "./lingering-segment.ts";

/** The first segment of a layer is small: most user agents are quiet. */
const firstSegmentBytes = 8 * 1024;
const segmentBytes = 128 * 1024;
/** An entry's number is that of its segment, modulo 2²², and its place there. */
const entryBits = Math.log2(segmentEntries);
const segmentMask = 0x3fffff;
/** Those whose time is up go together, so that the timer does not run for each. */
const leastWaitMs = 5;

/** A server transaction in "Completed" or "Accepted" whose user is done with it. */
export class LingeringTransaction {
  readonly #segment: LingeringSegment;
  readonly #index: number;

  constructor(segment: LingeringSegment, index: number) {
    this.#segment = segment;
    this.#index = index;
  }

  get toTag(): string | undefined {
    const response = this.#segment.response(this.#index);
    return this.#segment.toTag(this.#index) || (response && parseMessage(response).toTag);
  }

  /** A retransmission of the request came: it gets the response again, or is absorbed (RFC 3261 §17.2.2, RFC 6026 §7.1). */
  receiveAgain(): void {
    const response = this.#segment.response(this.#index);
    if (response) this.#segment.flow(this.#index).send(response);
  }
}

/**
 * The server transactions that only wait for Timer J or L: 64·T1 in which nothing happens but that a retransmission may come. Of a busy
 * server these are nearly all there are, hundreds of thousands, so they are bytes in a queue and not objects: a collection of the engine's
 * heap neither marks nor moves them, and does not stop the traffic for it.
 */
export class LingeringTransactions {
  readonly #clock: Clock;
  readonly #lifetimeMs: number;
  /** Each with the last text: what is looked for first and found missing is added soon afterwards. */
  readonly #keyHash: RepeatedHash;
  readonly #mergeHash: RepeatedHash;
  readonly #keys = new LingeringIndex((entry, text) => this.#segmentOf(entry).key(entry % segmentEntries) === text);
  readonly #mergeKeys = new LingeringIndex((entry, text) => this.#segmentOf(entry).mergeKey(entry % segmentEntries) === text);
  /** The oldest first. */
  readonly #segments: LingeringSegment[] = [];
  readonly #spare: LingeringSegment[] = [];
  /** Number of the first of the segments. */
  #firstSegment = 0;
  /** Entries of the first segment whose time is over. */
  #taken = 0;
  #size = 0;
  #timer: Timer | undefined = undefined;

  /** @param lifetimeMs 64·T1. */
  constructor({ clock, random }: Environment, lifetimeMs: number) {
    this.#clock = clock;
    this.#lifetimeMs = lifetimeMs;
    const hash = new KeyedHash(random);
    this.#keyHash = new RepeatedHash(hash);
    this.#mergeHash = new RepeatedHash(hash);
  }

  get size(): number {
    return this.#size;
  }

  /** From now on they are here, for 64·T1. */
  add(parts: LingeringParts): void {
    const { key, mergeKey } = parts;
    const keyHash = this.#keyHash.of(key);
    const mergeHash = mergeKey === undefined ? 0 : this.#mergeHash.of(mergeKey);
    const segment = this.#segmentFor(LingeringSegment.bytesFor(parts));
    const entry = (((this.#firstSegment + this.#segments.length - 1) & segmentMask) << entryBits) | segment.count;
    segment.add(parts, this.#clock.now() + this.#lifetimeMs, keyHash, mergeHash);
    this.#keys.add(keyHash, entry);
    if (mergeKey !== undefined) this.#mergeKeys.add(mergeHash, entry);
    if (this.#size++ === 0) this.#timer = this.#clock.setTimer(this.#lifetimeMs, onDue, this as LingeringTransactions);
  }

  find(key: string): LingeringTransaction | undefined {
    if (this.#size === 0) return undefined;
    const entry = this.#keys.find(this.#keyHash.of(key), key);
    return entry < 0 ? undefined : new LingeringTransaction(this.#segmentOf(entry), entry % segmentEntries);
  }

  /** Whether the same request has been here, come another way. */
  hasMergeKey(mergeKey: string): boolean {
    return this.#size > 0 && this.#mergeKeys.find(this.#mergeHash.of(mergeKey), mergeKey) >= 0;
  }

  clear(): void {
    this.#timer?.cancel();
    this.#keys.clear();
    this.#mergeKeys.clear();
    this.#segments.length = this.#spare.length = 0;
    this.#firstSegment = this.#taken = this.#size = 0;
  }

  /** Internal: lets go of those whose time is up. */
  expire(): void {
    const now = this.#clock.now();
    while (this.#size > 0) {
      const segment = this.#segments[0]!;
      const waitMs = segment.dueMs(this.#taken) - now;
      if (waitMs > 0) return void (this.#timer = this.#clock.setTimer(Math.max(waitMs, leastWaitMs), onDue, this as LingeringTransactions));
      this.#take(segment, this.#taken++);
      if (this.#taken === segment.count) this.#retire(segment);
    }
  }

  #take(segment: LingeringSegment, index: number): void {
    const entry = (this.#firstSegment << entryBits) | index;
    this.#keys.delete(segment.keyHash(index), entry);
    if (segment.hasMergeKey(index)) this.#mergeKeys.delete(segment.mergeHash(index), entry);
    this.#size--;
  }

  /** All of the first segment is over. As many are kept for what comes as an eighth of those in use. */
  #retire(segment: LingeringSegment): void {
    this.#segments.shift();
    this.#firstSegment = (this.#firstSegment + 1) & segmentMask;
    this.#taken = 0;
    if (segment.capacityBytes === segmentBytes && 8 * this.#spare.length < this.#segments.length) {
      segment.reset();
      this.#spare.push(segment);
    } else if (8 * this.#spare.length > this.#segments.length) this.#spare.pop();
  }

  #segmentFor(bytes: number): LingeringSegment {
    const last = this.#segments.at(-1);
    if (last?.hasRoomFor(bytes)) return last;
    const usual = last ? segmentBytes : firstSegmentBytes;
    const segment = (bytes <= segmentBytes && last && this.#spare.pop()) || new LingeringSegment(Math.max(usual, bytes));
    this.#segments.push(segment);
    return segment;
  }

  #segmentOf(entry: number): LingeringSegment {
    return this.#segments[((entry >>> entryBits) - this.#firstSegment) & segmentMask]!;
  }
}

function onDue(lingering: LingeringTransactions): void {
  lingering.expire();
}
