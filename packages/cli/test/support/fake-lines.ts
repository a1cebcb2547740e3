import type { LineReader, LineReaderOptions } from "../../src/line-reader.ts";

/** What a test types, or pipes in. */
export class FakeLines implements LineReader {
  readonly isEditing: boolean;
  readonly options: LineReaderOptions;
  /** Everything that stood before what is typed, in order. */
  readonly prompts: string[] = [];
  /** Somebody else reads from the keyboard. */
  isPaused = false;
  #lines: string[];
  #isEnded: boolean;
  #wake: () => void = () => {};

  /** @param script lines that are there at once, and the end behind them; undefined: they are typed. */
  constructor(options: LineReaderOptions, isEditing: boolean, script: string | undefined) {
    this.options = options;
    this.isEditing = isEditing;
    this.#lines = script?.split("\n") ?? [];
    this.#isEnded = script !== undefined;
  }

  get lines(): AsyncIterable<string> {
    return this.#read();
  }

  get isDisposed(): boolean {
    return this.#isEnded;
  }

  type(line: string): void {
    this.#lines.push(line);
    this.#wake();
  }

  /** Ctrl-D. */
  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  setPrompt(text: string): void {
    if (this.prompts.at(-1) !== text) this.prompts.push(text);
  }

  writeAbove(write: () => void): void {
    write();
  }

  async pauseWhile<Result>(body: () => Promise<Result>): Promise<Result> {
    this.isPaused = true;
    try {
      return await body();
    } finally {
      this.isPaused = false;
    }
  }

  [Symbol.dispose](): void {
    this.end();
  }

  async *#read(): AsyncGenerator<string, void> {
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) yield line;
      else if (this.#isEnded) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
