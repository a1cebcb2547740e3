import type { Flow } from "@sidetone/sip-transport";

/** What is kept of a transaction that is over but for requests that come again. */
export interface LingeringParts {
  /** Under which retransmissions find it. */
  readonly key: string;
  /** Under which another copy of the request finds it; undefined inside a dialog. */
  readonly mergeKey: string | undefined;
  /** Of the responses, when it is not the request's; undefined: that of `bytes`. */
  readonly toTag: string | undefined;
  /** The response that a retransmission gets; undefined: it is absorbed. */
  readonly bytes: Uint8Array | undefined;
  /** Where the response went. */
  readonly flow: Flow;
}

/** Entries of a segment. */
export const segmentEntries = 256;
/** Where an entry begins, then the lengths of its key, merge key, To tag and response. */
const fields = 5;
/** UTF-8 takes so many bytes at most for a UTF-16 code unit. */
const widest = 3;

/** Up to 256 transactions that follow upon each other, as bytes; one segment after the other makes a queue. */
export class LingeringSegment {
  readonly #bytes: Buffer;
  readonly #fields = new Uint32Array(fields * segmentEntries);
  readonly #hashes = new Int32Array(2 * segmentEntries);
  readonly #dueMs = new Float64Array(segmentEntries);
  readonly #flows: (Flow | undefined)[] = [];
  #used = 0;

  constructor(bytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(bytes);
  }

  /** How many bytes of a segment these may take. */
  static bytesFor({ key, mergeKey, toTag, bytes }: LingeringParts): number {
    return widest * (key.length + (mergeKey?.length ?? 0) + (toTag?.length ?? 0)) + (bytes?.length ?? 0);
  }

  get capacityBytes(): number {
    return this.#bytes.length;
  }

  /** Entries that were ever added. */
  get count(): number {
    return this.#flows.length;
  }

  hasRoomFor(bytes: number): boolean {
    return this.#flows.length < segmentEntries && this.#used + bytes <= this.#bytes.length;
  }

  /** Adds an entry for which there is room. */
  add(parts: LingeringParts, dueMs: number, keyHash: number, mergeHash: number): void {
    const index = this.#flows.length;
    this.#fields[fields * index] = this.#used;
    this.#write(index, 1, parts.key);
    this.#write(index, 2, parts.mergeKey ?? "");
    this.#write(index, 3, parts.toTag ?? "");
    if (parts.bytes) this.#bytes.set(parts.bytes, this.#used);
    this.#fields[fields * index + 4] = parts.bytes?.length ?? 0;
    this.#used += parts.bytes?.length ?? 0;
    this.#hashes[2 * index] = keyHash;
    this.#hashes[2 * index + 1] = mergeHash;
    this.#dueMs[index] = dueMs;
    this.#flows.push(parts.flow);
  }

  /** Empty again, for entries to come. */
  reset(): void {
    this.#used = 0;
    this.#flows.length = 0;
  }

  dueMs(index: number): number {
    return this.#dueMs[index]!;
  }

  keyHash(index: number): number {
    return this.#hashes[2 * index]!;
  }

  mergeHash(index: number): number {
    return this.#hashes[2 * index + 1]!;
  }

  hasMergeKey(index: number): boolean {
    return this.#fields[fields * index + 2] !== 0;
  }

  key(index: number): string {
    return this.#text(index, 1);
  }

  mergeKey(index: number): string {
    return this.#text(index, 2);
  }

  toTag(index: number): string {
    return this.#text(index, 3);
  }

  /** A copy of the response: the flow may still hold it when this place has been taken by another. */
  response(index: number): Buffer | undefined {
    const start = this.#start(index, 4);
    const length = this.#fields[fields * index + 4]!;
    return length === 0 ? undefined : Buffer.from(this.#bytes.subarray(start, start + length));
  }

  flow(index: number): Flow {
    return this.#flows[index]!;
  }

  #write(index: number, field: number, text: string): void {
    const length = this.#bytes.write(text, this.#used);
    this.#fields[fields * index + field] = length;
    this.#used += length;
  }

  #text(index: number, field: number): string {
    const start = this.#start(index, field);
    return this.#bytes.toString("utf8", start, start + this.#fields[fields * index + field]!);
  }

  #start(index: number, field: number): number {
    let start = this.#fields[fields * index]!;
    for (let before = 1; before < field; before++) start += this.#fields[fields * index + before]!;
    return start;
  }
}
