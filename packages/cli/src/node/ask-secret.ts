import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/** Asks on stderr and reads a line from stdin without showing it; undefined when nothing was typed, or when `signal` aborts first. */
export function askSecret(question: string, signal: AbortSignal): Promise<string | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  process.stderr.write(question);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: unseen, terminal: true });
  return new Promise((resolve) => {
    const finish = (secret?: string): void => {
      signal.removeEventListener("abort", onAbort);
      reader.close();
      process.stderr.write("\n");
      resolve(secret || undefined);
    };
    const onAbort = (): void => finish();
    signal.addEventListener("abort", onAbort);
    reader.once("line", finish);
    // In raw mode Ctrl-C is a character; make it the interrupt again that it is everywhere else.
    reader.once("SIGINT", () => {
      finish();
      process.kill(process.pid, "SIGINT");
    });
    process.stdin.once("end", onAbort);
  });
}
