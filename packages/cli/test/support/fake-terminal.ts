import { FakeLines } from "./fake-lines.ts";
import { Terminal, type TerminalParts } from "@sidetone/cli";

export interface FakeTerminalOptions extends Partial<Pick<TerminalParts, "variables" | "askSecret">> {
  /** A person watches. */
  interactive?: boolean;
  columns?: number;
  /** Piped in: these lines, then the end. */
  input?: string;
}

/** A terminal that remembers what was written, and that a test can interrupt. */
export class FakeTerminal extends Terminal {
  readonly #written: { out: string; err: string };
  readonly #listeners: Set<() => void>;
  readonly #reloadListeners: Set<() => void>;
  readonly #reading: { lines: FakeLines | undefined };

  constructor({ interactive, columns, input, ...parts }: FakeTerminalOptions = {}) {
    const written = { out: "", err: "" };
    const listeners = new Set<() => void>();
    const reloadListeners = new Set<() => void>();
    const reading: { lines: FakeLines | undefined } = { lines: undefined };
    super({
      openLines: (options) => (reading.lines = new FakeLines(options, options.edits && interactive === true && input === undefined, input)),
      out: { write: (text: string) => (written.out += text), isTTY: interactive, columns },
      err: { write: (text: string) => (written.err += text) },
      onInterrupt: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      onReload: (listener) => {
        reloadListeners.add(listener);
        return () => reloadListeners.delete(listener);
      },
      ...parts,
    });
    this.#written = written;
    this.#listeners = listeners;
    this.#reloadListeners = reloadListeners;
    this.#reading = reading;
  }

  /** What a command reads its lines from. */
  get lines(): FakeLines {
    return this.#reading.lines!;
  }

  /** All that was written, live lines with their carriage returns. */
  get out(): string {
    return this.#written.out;
  }

  get err(): string {
    return this.#written.err;
  }

  /** What a person sees at the end: each line as it was last overwritten. */
  get screen(): string[] {
    return this.out.split("\n").map((line) => {
      const cells: string[] = [];
      let column = 0;
      for (const character of line) {
        if (character === "\r") column = 0;
        else cells[column++] = character;
      }
      return cells.join("").trimEnd();
    });
  }

  /** The lines of `--json`. */
  get json(): Record<string, unknown>[] {
    return this.out
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** The objects of one type. */
  of(type: string): Record<string, unknown>[] {
    return this.json.filter((entry) => entry["type"] === type);
  }

  /** Somebody who listens to interrupts is a command that runs. */
  get interruptListeners(): number {
    return this.#listeners.size + this.#reloadListeners.size;
  }

  reload(): void {
    for (const listener of this.#reloadListeners) listener();
  }

  interrupt(): void {
    for (const listener of this.#listeners) listener();
  }
}
