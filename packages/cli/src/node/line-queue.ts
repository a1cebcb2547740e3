/** How many lines may wait before the source is asked to pause. */
const manyLines = 100;

export interface LineSource {
  pause(): void;
  resume(): void;
}

/** Lines on their way to the one who reads them; a source that is faster has to wait. */
export class LineQueue implements AsyncIterable<string> {
  readonly #source: LineSource;
  readonly #lines: string[] = [];
  #isPaused = false;
  #wake: (() => void) | undefined;
  isEnded = false;

  constructor(source: LineSource) {
    this.#source = source;
  }

  push(line: string): void {
    if (this.isEnded) return;
    this.#lines.push(line);
    if (!this.#isPaused && this.#lines.length >= manyLines) {
      this.#isPaused = true;
      this.#source.pause();
    }
    this.#wake?.();
  }

  /** What has come is still read. */
  end(): void {
    this.isEnded = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void> {
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) {
        yield line;
        continue;
      }
      if (this.isEnded) return;
      if (this.#isPaused) {
        this.#isPaused = false;
        this.#source.resume();
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = undefined;
    }
  }
}
