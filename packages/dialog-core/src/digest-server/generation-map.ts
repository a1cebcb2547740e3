/**
 * A bounded map that forgets what was not set for long, half of it at a time: there is a young and an old generation, and when the young one
 * is full it becomes the old one. Nothing is looked through to make room, however fast entries come.
 */
export class GenerationMap<Value> {
  readonly #half: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  /** Keeps between half of `capacity` and `capacity` entries, one at least. */
  constructor(capacity: number) {
    this.#half = Math.max(1, Math.floor(capacity / 2));
  }

  get(key: string): Value | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  /** Gives the generation that was forgotten over it, as a rule none. */
  set(key: string, value: Value): ReadonlyMap<string, Value> | undefined {
    let forgotten: Map<string, Value> | undefined;
    if (this.#young.size >= this.#half && !this.#young.has(key)) {
      forgotten = this.#old;
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
    return forgotten;
  }
}
