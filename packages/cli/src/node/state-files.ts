import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

type Variables = Readonly<Record<string, string | undefined>>;

/** A file in `~/.local/state/sidetone`, or where the system keeps such things; undefined where it is not known whose home this is. */
export function stateFile(name: string, { XDG_STATE_HOME, LOCALAPPDATA, HOME }: Variables): string | undefined {
  const folder = XDG_STATE_HOME || LOCALAPPDATA || (HOME && join(HOME, ".local", "state"));
  return folder ? join(folder, "sidetone", name) : undefined;
}

/** Lines that are kept from one run to the next, for the person alone to read. */
export class StateFile {
  /** Oldest first. */
  lines: string[] = [];
  readonly #path: string | undefined;
  readonly #onProblem: (error: Error) => void;
  #isUsable: boolean;

  /**
   * @param path undefined: nothing is kept.
   * @param limit of lines that are kept; the file is cut when it has twice as many.
   * @param onProblem told once, when the file cannot be used; all goes on without it.
   */
  constructor(path: string | undefined, limit: number, onProblem: (error: Error) => void) {
    this.#path = path;
    this.#onProblem = onProblem;
    this.#isUsable = path !== undefined;
    this.#attempt((file) => {
      const all = readLines(file);
      this.lines = all.slice(-limit);
      if (all.length > 2 * limit) writeFileSync(file, this.lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
    });
  }

  append(line: string): void {
    this.lines.push(line);
    this.#attempt((file) => {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      appendFileSync(file, `${line}\n`, { mode: 0o600 });
    });
  }

  #attempt(body: (file: string) => void): void {
    if (!this.#isUsable) return;
    try {
      body(this.#path!);
    } catch (error) {
      this.#isUsable = false;
      this.#onProblem(error as Error);
    }
  }
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
