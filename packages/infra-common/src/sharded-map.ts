const shards = 64;
/** Tells Call-IDs apart, and branches with their magic cookie. */
const hashedLength = 28;

/**
 * A `Map` by text for hundreds of thousands of entries, such as the transactions of a busy server, in parts.
 *
 * The engine lays a table out anew when it is full, all at once: with half a million entries that is a tenth of a second in which nothing
 * is received. Here it is a part of the entries, and the parts are full at different times. The order of entries is lost.
 */
export class ShardedMap<Value extends object> {
  readonly #shards: (Map<string, Value> | undefined)[] = new Array<undefined>(shards).fill(undefined);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): Value | undefined {
    return this.#shards[shardOf(key)]?.get(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: Value): void {
    const shard = (this.#shards[shardOf(key)] ??= new Map<string, Value>());
    const before = shard.size;
    shard.set(key, value);
    this.#size += shard.size - before;
  }

  /** False when there is no such entry. */
  delete(key: string): boolean {
    const wasThere = this.#shards[shardOf(key)]?.delete(key) ?? false;
    if (wasThere) this.#size--;
    return wasThere;
  }

  /** What is in now, in no order. */
  values(): Value[] {
    return this.#shards.flatMap((shard) => (shard ? [...shard.values()] : []));
  }

  clear(): void {
    this.#shards.fill(undefined);
    this.#size = 0;
  }
}

/** By the first characters. Keys of peers may be made to share a part; they are no worse off than in one table. */
function shardOf(key: string): number {
  const length = Math.min(key.length, hashedLength);
  let hash = 0;
  for (let i = 0; i < length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0;
  return (hash ^ (hash >>> 16)) & (shards - 1);
}
