/** What {@link FlowCache} keeps. */
export interface CachedFlow {
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** False at first; set by the cache when the flow is used again. */
  wasUsed: boolean;
}

/**
 * Flows by remote address and port, so that a datagram allocates none. Bounded: to make room, flows that were not used again since the
 * last look go first, the oldest first (the "clock" approximation of least recently used, which costs nothing at a hit).
 */
export class FlowCache<CachedKind extends CachedFlow> {
  readonly #capacity: number;
  readonly #flows = new Map<string, CachedKind>();
  #last: CachedKind | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(address: string, port: number): CachedKind | undefined {
    const last = this.#last;
    const isLast = last?.remotePort === port && last.remoteAddress === address;
    const flow = isLast ? last : this.#flows.get(keyOf(address, port));
    if (!flow) return undefined;
    flow.wasUsed = true;
    this.#last = flow;
    return flow;
  }

  add(flow: CachedKind): void {
    if (this.#flows.size >= this.#capacity) this.#dropOne();
    this.#flows.set(keyOf(flow.remoteAddress, flow.remotePort), flow);
    this.#last = flow;
  }

  clear(): void {
    this.#flows.clear();
    this.#last = undefined;
  }

  /** Ends: a flow that is kept now counts as unused when its turn comes again. */
  #dropOne(): void {
    for (const [key, flow] of this.#flows) {
      this.#flows.delete(key);
      if (!flow.wasUsed) return;
      flow.wasUsed = false;
      this.#flows.set(key, flow);
    }
  }
}

function keyOf(address: string, port: number): string {
  return `${address} ${port}`;
}
