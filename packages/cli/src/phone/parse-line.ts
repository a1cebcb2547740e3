import { UsageError } from "../usage-error.ts";

/** A word of a line, and where it begins. */
export interface Word {
  readonly text: string;
  readonly start: number;
  /** Nothing comes behind it, not even a space: it is still being typed. */
  readonly isOpen: boolean;
}

// A quoted part, a part where \ takes the meaning of a space, quote or backslash, or a quote that is never closed.
const part = /"(?:\\["\\]|[^"])*"|'[^']*'|(?:\\[\s"'\\]|[^\s"'])+|["']/y;

/** Splits a line at its spaces; quotes and backslashes keep them. @throws {UsageError} for a quote that is not closed. */
export function wordsOf(line: string): Word[] {
  const words: Word[] = [];
  let at = 0;
  while (at < line.length) {
    if (/\s/.test(line[at]!)) {
      at++;
      continue;
    }
    const start = at;
    let text = "";
    for (;;) {
      part.lastIndex = at;
      const found = part.exec(line)?.[0];
      if (found === undefined) break;
      if (found === '"' || found === "'") throw new UsageError(`${found} is opened and not closed`);
      text += unquoted(found);
      at += found.length;
    }
    words.push({ text, start, isOpen: at === line.length });
  }
  return words;
}

function unquoted(found: string): string {
  if (found.startsWith("'")) return found.slice(1, -1);
  return (found.startsWith('"') ? found.slice(1, -1) : found).replace(/\\([\s"'\\])/g, "$1");
}
