import { createInterface } from "node:readline";
import { Writable } from "node:stream";

export interface SecretAskerParts {
  input: NodeJS.ReadableStream;
  output: { write(text: string): unknown };
  /** Ctrl-C was typed: a character like others while a secret is read. */
  interrupt: () => void;
}

/**
 * Makes the function that asks for a secret: it shows the question and reads a line without showing it. Gives undefined when nothing was
 * typed, and when `signal` aborts first.
 */
export function secretAsker({
  input,
  output,
  interrupt,
}: SecretAskerParts): (question: string, signal: AbortSignal) => Promise<string | undefined> {
  return (question, signal) =>
    new Promise((resolve) => {
      const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
      const reader = createInterface({ input, output: unseen, terminal: true });
      let typed: string | undefined;
      const close = (): void => reader.close();
      reader.once("line", (line) => {
        typed = line || undefined;
        close();
      });
      reader.once("SIGINT", () => {
        close(); // ends the line before anything is said about the interrupt
        interrupt();
      });
      reader.once("close", () => {
        signal.removeEventListener("abort", close);
        output.write("\n");
        resolve(typed);
      });
      output.write(question);
      if (signal.aborted) close();
      else signal.addEventListener("abort", close);
    });
}
