/** Whether the entry of this number is the one of this text. */
export type EntryMatch = (entry: number, text: string) => boolean;

const parts = 32;
/** The upper bits of a hash choose the part, the lower ones the place in it. */
const partShift = 27;
const leastPlaces = 64;

/**
 * Finds entries, numbers below 2³⁰, by the hash of a text. Nothing of it is an object of the engine's heap: half a million entries
 * cost a collection nothing. The places are in parts, so that growing never lasts longer than a millisecond.
 */
export class LingeringIndex {
  readonly #parts: IndexPart[] = [];
  readonly #matches: EntryMatch;

  constructor(matches: EntryMatch) {
    this.#matches = matches;
  }

  add(hash: number, entry: number): void {
    (this.#parts[hash >>> partShift] ??= new IndexPart()).add(hash, entry);
  }

  /** The entry of `text`, or −1. */
  find(hash: number, text: string): number {
    return this.#parts[hash >>> partShift]?.find(hash, text, this.#matches) ?? -1;
  }

  /** Takes out an entry that is there. */
  delete(hash: number, entry: number): void {
    this.#parts[hash >>> partShift]!.delete(hash, entry);
  }

  clear(): void {
    this.#parts.length = 0;
  }
}

/** A table with open addressing and linear probing, at most half full. */
class IndexPart {
  /** Pairs of hash and entry + 1; 0 is a free place. */
  #places = new Int32Array(2 * leastPlaces);
  #mask = leastPlaces - 1;
  #size = 0;

  add(hash: number, entry: number): void {
    if (2 * ++this.#size > this.#mask) this.#resize(2 * (this.#mask + 1));
    this.#put(hash, entry + 1);
  }

  find(hash: number, text: string, matches: EntryMatch): number {
    const places = this.#places;
    for (let place = hash & this.#mask; ; place = (place + 1) & this.#mask) {
      const entry = places[2 * place + 1]! - 1;
      if (entry < 0) return -1;
      if (places[2 * place] === hash && matches(entry, text)) return entry;
    }
  }

  delete(hash: number, entry: number): void {
    const places = this.#places;
    let place = hash & this.#mask;
    while (places[2 * place + 1] !== entry + 1) place = (place + 1) & this.#mask;
    this.#closeGap(place);
    if (--this.#size * 8 < this.#mask && this.#mask >= leastPlaces) this.#resize((this.#mask + 1) / 2);
  }

  /** Moves up what lies behind a place that became free and would not be found any more (Knuth, volume 3, 6.4, algorithm R). */
  #closeGap(free: number): void {
    const places = this.#places;
    const mask = this.#mask;
    let gap = free;
    for (let place = (gap + 1) & mask; places[2 * place + 1] !== 0; place = (place + 1) & mask) {
      const home = places[2 * place]! & mask;
      if (((place - home) & mask) < ((place - gap) & mask)) continue;
      places[2 * gap] = places[2 * place]!;
      places[2 * gap + 1] = places[2 * place + 1]!;
      gap = place;
    }
    places[2 * gap + 1] = 0;
  }

  #put(hash: number, stored: number): void {
    const places = this.#places;
    let place = hash & this.#mask;
    while (places[2 * place + 1] !== 0) place = (place + 1) & this.#mask;
    places[2 * place] = hash;
    places[2 * place + 1] = stored;
  }

  #resize(count: number): void {
    const before = this.#places;
    this.#places = new Int32Array(2 * count);
    this.#mask = count - 1;
    for (let i = 0; i < before.length; i += 2) if (before[i + 1] !== 0) this.#put(before[i]!, before[i + 1]!);
  }
}
