import type { LineReader, LineReaderOptions } from "./line-reader.ts";

/** The part of a stream that a {@link Terminal} needs. */
export interface TerminalOutput {
  write(text: string): unknown;
  /** Whether a person watches. */
  readonly isTTY?: boolean | undefined;
  /** Width in characters. */
  readonly columns?: number | undefined;
}

export interface TerminalParts {
  out: TerminalOutput;
  err: TerminalOutput;
  /** Environment variables. */
  variables?: Readonly<Record<string, string | undefined>>;
  /** Calls back at each interrupt (Ctrl-C); gives the function that stops listening. */
  onInterrupt?: (listener: () => void) => () => void;
  /** Calls back when asked to read its files again (SIGHUP), which is an interrupt where nobody listens; gives the function that stops listening. */
  onReload?: (listener: () => void) => () => void;
  /** Asks a person without showing what is typed; undefined when nothing was typed. Left out where nobody can be asked. */
  askSecret?: (question: string, signal: AbortSignal) => Promise<string | undefined>;
  /** Begins to read lines. Left out where there is no input. */
  openLines?: (options: LineReaderOptions) => LineReader;
}

/** Of the `^C` that a terminal puts behind a live line. */
const roomForControlC = 2;

/** Where a command writes and what it reads: the process's streams, or a test's. */
export class Terminal {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly onInterrupt: (listener: () => void) => () => void;
  readonly onReload: (listener: () => void) => () => void;
  /** Undefined where no person can be asked. */
  readonly askSecret: ((question: string, signal: AbortSignal) => Promise<string | undefined>) | undefined;
  readonly #out: TerminalOutput;
  readonly #err: TerminalOutput;
  readonly #openLines: ((options: LineReaderOptions) => LineReader) | undefined;
  #reader: LineReader | undefined;
  #live = "";
  #isForPrograms = false;
  /** While a person types, nothing moves. */
  #isAsking = false;
  /** Settles with the answer; the next question waits for it. */
  #question: Promise<void> | undefined;

  constructor({ out, err, variables = {}, onInterrupt = () => () => {}, onReload = () => () => {}, askSecret, openLines }: TerminalParts) {
    this.#out = out;
    this.#err = err;
    this.variables = variables;
    this.onInterrupt = onInterrupt;
    this.onReload = onReload;
    this.#openLines = openLines;
    this.askSecret = askSecret && ((question, signal) => this.#ask(() => askSecret(question, signal)));
  }

  /** Whether a person watches: then there is a live line. */
  get isInteractive(): boolean {
    return this.#out.isTTY === true && !this.#isForPrograms;
  }

  /** What is written from now on is for programs, although a person may see it: there is no live line between its lines. */
  writeForPrograms(): void {
    this.#isForPrograms = true;
  }

  /** Width in characters. */
  get columns(): number {
    return this.#out.columns || 80; // a terminal that does not know it says 0
  }

  /** Reads lines until the reader is disposed of; a live line is the prompt of one who edits. Undefined where there is no input. */
  readLines(options: LineReaderOptions): LineReader | undefined {
    this.endLive();
    this.#reader = this.#openLines?.(options);
    return this.#reader;
  }

  write(text: string): void {
    this.#aboveLive(() => this.#out.write(text));
  }

  writeError(text: string): void {
    this.#aboveLive(() => this.#err.write(text));
  }

  line(text: string): void {
    this.write(`${text}\n`);
  }

  error(text: string): void {
    this.writeError(`sidetone: ${text}\n`);
  }

  /** Shows a line that the next one replaces, cut to the width of the terminal. Lines written meanwhile go above it. */
  live(text: string): void {
    if (!this.isInteractive || this.#isAsking) return;
    if (this.#reader?.isEditing) return this.#reader.setPrompt(`${shortened(text, this.#lineWidth / 2)}> `);
    const cut = text.slice(0, this.#lineWidth - roomForControlC);
    this.#out.write(`\r${cut.padEnd(this.#live.length)}`);
    this.#live = cut;
  }

  /** Wipes the live line away, and the `^C` that a terminal may have put behind it. */
  endLive(): void {
    if (this.#reader?.isEditing) return this.#reader.setPrompt("> ");
    if (this.#live === "") return;
    this.#out.write(`\r${" ".repeat(this.#lineWidth)}\r`);
    this.#live = "";
  }

  async #ask<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    while (this.#question) await this.#question;
    this.endLive();
    this.#isAsking = true;
    const answer = this.#reader ? this.#reader.pauseWhile(ask) : ask();
    this.#question = answer.then(
      () => {},
      () => {},
    );
    try {
      return await answer;
    } finally {
      this.#isAsking = false;
      this.#question = undefined;
    }
  }

  /** One less than there is, so that no terminal goes on to the next line. */
  get #lineWidth(): number {
    return this.columns - 1;
  }

  #aboveLive(write: () => void): void {
    if (this.#reader?.isEditing) return this.#reader.writeAbove(write);
    const live = this.#live;
    this.endLive();
    write();
    if (live !== "") this.live(live);
  }
}

/** As many of the parts, which two spaces divide, as there is room for; the first in any case, cut where it must be. */
function shortened(text: string, room: number): string {
  const parts = text.split("  ");
  while (parts.length > 1 && parts.join("  ").length > room) parts.pop();
  return parts.join("  ").slice(0, room);
}
