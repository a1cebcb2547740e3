/** How many deleted entries may lie in the table, beyond as many as there are live ones. */
const spareEntries = 64;

/**
 * A `Map` for entries that come and go all the time, such as the calls of a busy server. Entries keep their order.
 *
 * When the engine makes room in the table of a `Map`, the old table goes on pointing to the new one. Once such a table has reached the
 * old generation of the heap it keeps all that follow alive, and with them whatever was in them, until the next full collection: what
 * ended at once costs then as much as what lasted. Here a deleted entry only loses its value, and a fresh `Map` takes the live entries
 * over before the table has to make room.
 */
export class TurnoverMap<Key, Value extends object> {
  #entries = new Map<Key, Value | undefined>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: Key, value: Value): void {
    if (!this.#entries.get(key)) this.#size++;
    this.#entries.set(key, value);
  }

  /** False when there is no such entry. */
  delete(key: Key): boolean {
    if (!this.#entries.get(key)) return false;
    this.#entries.set(key, undefined);
    this.#size--;
    if (this.#entries.size > 2 * this.#size + spareEntries) this.#renew();
    return true;
  }

  /** What is in now, oldest first. */
  values(): Value[] {
    const values: Value[] = [];
    for (const value of this.#entries.values()) if (value) values.push(value);
    return values;
  }

  #renew(): void {
    const live = new Map<Key, Value | undefined>();
    for (const [key, value] of this.#entries) if (value) live.set(key, value);
    this.#entries = live;
  }
}
