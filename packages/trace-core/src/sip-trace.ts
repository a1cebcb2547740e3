import { sipTraceChannel } from "@sidetone/infra-common";
import { drawLadder, type LadderOptions } from "./ladder.ts";
import { redact } from "./redact.ts";
import type { SipTraceRecord, WireEntry } from "./wire-entry.ts";

export interface SipTraceOptions {
  /** Entries kept; the oldest go first. Default 10,000. */
  capacity?: number;
  /** Sees each entry as it is added. */
  onEntry?: (entry: WireEntry) => void;
}

/**
 * Collects the SIP messages of this process, secrets removed, from the moment it is made until `stop()`.
 *
 * When both ends of a flow live in the process, a message is seen twice, sent and received; it is one entry.
 */
export class SipTrace implements Disposable {
  readonly #entries: WireEntry[] = [];
  readonly #capacity: number;
  readonly #onEntry: ((entry: WireEntry) => void) | undefined;
  readonly #listener = (record: unknown): void => this.#add(record as SipTraceRecord);
  /** Sent messages whose arrival in this process has not been seen: how often, by way and text. */
  readonly #underWay = new Map<string, number>();
  #startMs: number | undefined;
  #droppedEntries = 0;

  constructor(options: SipTraceOptions = {}) {
    this.#capacity = options.capacity ?? 10_000;
    this.#onEntry = options.onEntry;
    sipTraceChannel.subscribe(this.#listener);
  }

  get entries(): readonly WireEntry[] {
    return this.#entries;
  }

  /** Entries that `capacity` made room for. */
  get droppedEntries(): number {
    return this.#droppedEntries;
  }

  /** The messages so far as a ladder diagram. */
  ladder(options?: LadderOptions): string {
    return drawLadder(this.#entries, options);
  }

  /** Stops collecting; what was collected stays. Idempotent. */
  stop(): void {
    sipTraceChannel.unsubscribe(this.#listener);
    this.#underWay.clear();
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  #add(record: SipTraceRecord): void {
    const sent = record.direction === "sent";
    const text = redact(new TextDecoder().decode(record.bytes));
    const [from, to] = sent ? [record.local, record.remote] : [record.remote, record.local];
    if (!this.#isFirstSight(`${from} ${to} ${text}`, sent) && record.direction !== "dropped") return;
    this.#startMs ??= record.timeMs;
    const dropped = record.direction === "dropped" ? { dropped: record.reason ?? "dropped" } : {};
    this.#keep({ atMs: record.timeMs - this.#startMs, transport: record.transport, from, to, text, ...dropped });
  }

  /** A message that is received after this process sent it is the same message. */
  #isFirstSight(key: string, sent: boolean): boolean {
    const waiting = this.#underWay.get(key) ?? 0;
    if (sent) {
      if (this.#underWay.size >= this.#capacity) this.#underWay.clear();
      this.#underWay.set(key, waiting + 1);
      return true;
    }
    if (waiting > 1) this.#underWay.set(key, waiting - 1);
    else this.#underWay.delete(key);
    return waiting === 0;
  }

  #keep(entry: WireEntry): void {
    this.#entries.push(entry);
    if (this.#entries.length > this.#capacity) {
      this.#entries.shift();
      this.#droppedEntries++;
    }
    this.#onEntry?.(entry);
  }
}
