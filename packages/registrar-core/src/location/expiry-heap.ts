/** What {@link ExpiryHeap} keeps; it owns `heapIndex`. */
export interface Expiring {
  readonly expiresAtMs: number;
  heapIndex: number;
}

/** A binary heap by expiry. Each item knows its place, so that taking one out costs O(log n) as putting one in does, and leaves nothing behind. */
export class ExpiryHeap<Item extends Expiring> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The item that expires first. */
  get first(): Item | undefined {
    return this.#items[0];
  }

  add(item: Item): void {
    this.#place(item, this.#items.length);
    this.#up(item);
  }

  remove(item: Item): void {
    const last = this.#items.pop();
    if (last && last !== item) {
      this.#place(last, item.heapIndex);
      this.#up(last);
      this.#down(last);
    }
    item.heapIndex = -1;
  }

  clear(): void {
    for (const item of this.#items) item.heapIndex = -1;
    this.#items.length = 0;
  }

  #place(item: Item, index: number): void {
    this.#items[index] = item;
    item.heapIndex = index;
  }

  #up(item: Item): void {
    while (item.heapIndex > 0) {
      const index = item.heapIndex;
      const parent = this.#items[(index - 1) >> 1]!;
      if (parent.expiresAtMs <= item.expiresAtMs) return;
      this.#place(item, parent.heapIndex);
      this.#place(parent, index);
    }
  }

  #down(item: Item): void {
    for (;;) {
      const index = item.heapIndex;
      const child = this.#earlier(2 * index + 1);
      if (!child || item.expiresAtMs <= child.expiresAtMs) return;
      this.#place(item, child.heapIndex);
      this.#place(child, index);
    }
  }

  /** Of two siblings, the one that expires first. */
  #earlier(left: number): Item | undefined {
    const one = this.#items[left];
    const other = this.#items[left + 1];
    return one && other && other.expiresAtMs < one.expiresAtMs ? other : one;
  }
}
