import { createInterface, type Interface } from "node:readline";
import type { LineReader } from "../line-reader.ts";
import { LineQueue } from "./line-queue.ts";

/** Lines of a pipe or a file, or of a terminal that shows what is typed by itself. */
export class PipedLines implements LineReader {
  readonly isEditing = false;
  readonly #interface: Interface;
  readonly #queue: LineQueue;

  constructor(input: NodeJS.ReadableStream) {
    const reader = createInterface({ input, terminal: false, crlfDelay: Infinity });
    this.#interface = reader;
    let isOpen = true;
    this.#queue = new LineQueue({ pause: () => isOpen && reader.pause(), resume: () => isOpen && reader.resume() });
    reader.on("line", (line) => this.#queue.push(line));
    reader.on("close", () => {
      isOpen = false;
      this.#queue.end();
    });
  }

  get lines(): AsyncIterable<string> {
    return this.#queue;
  }

  setPrompt(): void {}

  writeAbove(write: () => void): void {
    write();
  }

  pauseWhile<Result>(body: () => Promise<Result>): Promise<Result> {
    return body();
  }

  [Symbol.dispose](): void {
    this.#interface.close();
  }
}
