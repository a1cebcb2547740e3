/** Reads what is typed or piped in, line by line. */
export interface LineReader extends Disposable {
  /** Whether a person edits the line: then there is a prompt, and what is written goes above it. */
  readonly isEditing: boolean;
  /** Lines in order; ends with the input. One reader. */
  readonly lines: AsyncIterable<string>;
  /** Shows this before what is typed. */
  setPrompt(text: string): void;
  /** Runs `write`, whose text ends with a line break, so that it stands above what is being typed. */
  writeAbove(write: () => void): void;
  /** Lets somebody else read from the keyboard until `body` has settled. */
  pauseWhile<Result>(body: () => Promise<Result>): Promise<Result>;
}

export interface LineReaderOptions {
  /** Whether a line may be edited, where a person is there. */
  readonly edits: boolean;
  /** Earlier lines, oldest first, for the arrow keys. */
  readonly history: readonly string[];
  /** What the line may go on with, and the part of it that these are to replace. */
  complete(line: string): [candidates: string[], replaced: string];
  /** Ctrl-C with nothing typed: whether it is an interrupt. */
  mayInterrupt(): boolean;
}
