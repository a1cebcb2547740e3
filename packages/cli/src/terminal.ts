/** Where a command writes and what it reads from: the process's streams, or a test's. */
export class Terminal {
  readonly #out: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly #err: { write(text: string): unknown };
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Calls back when the user interrupts (Ctrl-C); gives the function that stops listening. */
  readonly onInterrupt: (listener: () => void) => () => void;
  #liveLength = 0;

  constructor(parts: {
    out: { write(text: string): unknown; readonly isTTY?: boolean };
    err: { write(text: string): unknown };
    environment?: Readonly<Record<string, string | undefined>>;
    onInterrupt?: (listener: () => void) => () => void;
  }) {
    this.#out = parts.out;
    this.#err = parts.err;
    this.environment = parts.environment ?? {};
    this.onInterrupt = parts.onInterrupt ?? (() => () => {});
  }

  static ofProcess(): Terminal {
    const onInterrupt = (listener: () => void): (() => void) => {
      process.on("SIGINT", listener);
      process.on("SIGTERM", listener);
      return () => {
        process.off("SIGINT", listener);
        process.off("SIGTERM", listener);
      };
    };
    return new Terminal({ out: process.stdout, err: process.stderr, environment: process.env, onInterrupt });
  }

  /** Whether a person watches: then there is a live line. */
  get isInteractive(): boolean {
    return this.#out.isTTY === true;
  }

  write(text: string): void {
    this.#out.write(text);
  }

  writeError(text: string): void {
    this.clearLive();
    this.#err.write(text);
  }

  line(text: string): void {
    this.clearLive();
    this.#out.write(`${text}\n`);
  }

  error(text: string): void {
    this.writeError(`sidetone: ${text}\n`);
  }

  /** A line that the next one replaces. */
  live(text: string): void {
    if (!this.isInteractive) return;
    this.#out.write(`\r${text.padEnd(this.#liveLength)}`);
    this.#liveLength = text.length;
  }

  clearLive(): void {
    if (this.#liveLength === 0) return;
    this.#out.write(`\r${" ".repeat(this.#liveLength)}\r`);
    this.#liveLength = 0;
  }
}
