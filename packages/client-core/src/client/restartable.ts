/** Something that can be opened and closed again and again, never both at once. */
export class Restartable<Resource extends { close(): Promise<void> }> {
  readonly #open: () => Promise<Resource>;
  #current: Resource | undefined = undefined;
  #wanted: "running" | "stopped" = "stopped";
  /** Counts what was wanted: only the latest start that fails has nothing behind it. */
  #wishes = 0;
  /** The latest start or stop; each waits for the one before. */
  #change: Promise<void> = Promise.resolve();

  /** @param open rejects when it cannot be opened; nothing is open then. `close` of what it gives never rejects. */
  constructor(open: () => Promise<Resource>) {
    this.#open = open;
  }

  /** What is open: undefined before, after, and from the call of `stop` on. */
  get current(): Resource | undefined {
    return this.#wanted === "running" ? this.#current : undefined;
  }

  /** Opens, after a stop under way. Idempotent. Rejects as `open` does, and may then be tried again. */
  start(): Promise<void> {
    if (this.#wanted === "stopped") {
      this.#wanted = "running";
      const wish = ++this.#wishes;
      this.#change = this.#change.then(
        () => this.#start(wish),
        () => this.#start(wish),
      );
    }
    return this.#change;
  }

  /** Closes, after a start under way. Idempotent; never rejects. */
  stop(): Promise<void> {
    if (this.#wanted === "running") {
      this.#wanted = "stopped";
      this.#wishes++;
      this.#change = this.#change.then(
        () => this.#stop(),
        () => {},
      );
    }
    return this.#change.catch(() => {});
  }

  async #start(wish: number): Promise<void> {
    try {
      this.#current = await this.#open();
    } catch (error) {
      if (wish === this.#wishes) this.#wanted = "stopped";
      throw error;
    }
  }

  async #stop(): Promise<void> {
    const closing = this.#current;
    this.#current = undefined;
    await closing?.close();
  }
}
