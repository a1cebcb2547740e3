/** What {@link FlowCache} keeps. */
export interface CachedFlow {
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Set by the cache at each use. */
  wasUsed: boolean;
}

/**
 * Flows by remote address and port, so that a datagram allocates none. Bounded: to make room, flows that were not used since the last
 * look go first, the oldest first (the "clock" approximation of least recently used, which costs nothing at a hit).
 */
export class FlowCache<CachedKind extends CachedFlow> {
  readonly #capacity: number;
  readonly #flows = new Map<string, CachedKind>();
  #last: CachedKind | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#flows.size;
  }

  get(address: string, port: number): CachedKind | undefined {
    const last = this.#last;
    if (last?.remotePort === port && last.remoteAddress === address) return last;
    const flow = this.#flows.get(keyOf(address, port));
    if (flow) {
      flow.wasUsed = true;
      this.#last = flow;
    }
    return flow;
  }

  add(flow: CachedKind): void {
    if (this.#flows.size >= this.#capacity) this.#dropOne();
    this.#flows.set(keyOf(flow.remoteAddress, flow.remotePort), flow);
    this.#last = flow;
  }

  delete(flow: CachedKind): void {
    this.#flows.delete(keyOf(flow.remoteAddress, flow.remotePort));
    if (this.#last === flow) this.#last = undefined;
  }

  clear(): void {
    this.#flows.clear();
    this.#last = undefined;
  }

  /** Ends: a flow that is kept now counts as unused when its turn comes again. */
  #dropOne(): void {
    for (const [key, flow] of this.#flows) {
      this.#flows.delete(key);
      if (!flow.wasUsed && flow !== this.#last) return;
      flow.wasUsed = false;
      this.#flows.set(key, flow);
    }
  }
}

function keyOf(address: string, port: number): string {
  return `${address} ${port}`;
}
