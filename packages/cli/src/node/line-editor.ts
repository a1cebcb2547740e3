import { clearScreenDown, createInterface, cursorTo, moveCursor, type Interface } from "node:readline";
import type { LineReader, LineReaderOptions } from "../line-reader.ts";
import { LineQueue } from "./line-queue.ts";

export interface LineEditorParts {
  input: NodeJS.ReadableStream;
  /** The terminal that shows what is typed. */
  output: NodeJS.WritableStream;
  /** Ctrl-C was typed: a character like others while a line is edited. */
  interrupt: () => void;
}

/** How many earlier lines the arrow keys reach. */
const historySize = 1000;

/** A line that a person edits, with history and completion. What is written meanwhile goes above it, whatever has been typed so far. */
export class LineEditor implements LineReader {
  readonly isEditing = true;
  readonly #parts: LineEditorParts;
  readonly #options: LineReaderOptions;
  readonly #queue: LineQueue;
  /** The latest first. */
  #history: string[];
  #prompt = "> ";
  #interface: Interface | undefined;

  constructor(parts: LineEditorParts, options: LineReaderOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#history = [...options.history].reverse();
    this.#queue = new LineQueue({ pause: () => {}, resume: () => {} });
    this.#open("");
  }

  get lines(): AsyncIterable<string> {
    return this.#queue;
  }

  setPrompt(text: string): void {
    if (text === this.#prompt) return;
    this.#prompt = text;
    const open = this.#interface;
    if (!open) return;
    this.#wipe(open);
    open.setPrompt(text);
    open.prompt(true);
  }

  writeAbove(write: () => void): void {
    const open = this.#interface;
    if (!open) return write();
    this.#wipe(open);
    write();
    open.prompt(true);
  }

  async pauseWhile<Result>(body: () => Promise<Result>): Promise<Result> {
    const open = this.#interface;
    if (!open) return body();
    const typed = open.line;
    this.#close(open);
    try {
      return await body();
    } finally {
      if (!this.#queue.isEnded) this.#open(typed);
    }
  }

  /** Gives the keyboard back and ends the lines. */
  [Symbol.dispose](): void {
    const open = this.#interface;
    if (open) this.#close(open);
    this.#queue.end();
  }

  #open(typed: string): void {
    const { input, output } = this.#parts;
    const opened = createInterface({
      input,
      output,
      terminal: true,
      prompt: this.#prompt,
      history: this.#history,
      historySize,
      removeHistoryDuplicates: true,
      completer: (line: string) => this.#options.complete(line),
    });
    this.#interface = opened;
    opened.on("line", (line) => {
      this.#queue.push(line);
      if (this.#interface === opened) opened.prompt();
    });
    opened.on("history", (history) => (this.#history = history));
    opened.on("SIGINT", () => this.#interrupt(opened));
    opened.on("close", () => {
      if (this.#interface !== opened) return;
      this.#close(opened); // Ctrl-D, or the terminal is gone
      this.#queue.end();
    });
    opened.prompt();
    if (typed !== "") opened.write(typed);
  }

  #close(open: Interface): void {
    this.#interface = undefined;
    this.#wipe(open);
    open.close();
  }

  /** Takes prompt and typed text off the screen; `prompt(true)` shows them again from where the cursor is then. */
  #wipe(open: Interface): void {
    const { output } = this.#parts;
    moveCursor(output, 0, -open.getCursorPos().rows);
    cursorTo(output, 0);
    clearScreenDown(output);
    // readline goes up to where it believes its first row to be, and does not know of rows that were pasted.
    (open as Interface & { prevRows?: number }).prevRows = 0;
  }

  #interrupt(open: Interface): void {
    if (open.line !== "") {
      open.write(null, { ctrl: true, name: "e" });
      open.write(null, { ctrl: true, name: "u" });
    } else if (this.#options.mayInterrupt()) this.#parts.interrupt();
  }
}
