import { createWriteStream, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { SipTrace, type WireEntry } from "@sidetone/trace-core";
import { UsageError } from "../usage-error.ts";

/** Writes SIP messages to a file as they cross the wire, secrets removed, and the ladder at the end. */
export class TraceFile implements AsyncDisposable {
  readonly #path: string;
  readonly #stream: WriteStream;
  readonly #written: Promise<void>;
  readonly #trace: SipTrace;

  private constructor(path: string, stream: WriteStream) {
    this.#path = path;
    this.#stream = stream;
    this.#written = finished(stream);
    this.#written.catch(() => {}); // a disk that fills up ends the trace, not the call; close() tells
    this.#trace = new SipTrace({ onEntry: (entry) => stream.write(describe(entry)) });
  }

  /** @throws {UsageError} when the file cannot be written. */
  static open(path: string): Promise<TraceFile> {
    return new Promise((resolve, reject) => {
      const stream = createWriteStream(path);
      stream.once("open", () => resolve(new TraceFile(path, stream)));
      stream.once("error", (error) => reject(cannotWrite(path, error)));
    });
  }

  /** Writes the ladder and closes the file. @throws {UsageError} when the file is not complete. */
  async close(): Promise<void> {
    this.#trace.stop();
    this.#stream.end(`=== ladder\n${this.#trace.ladder()}\n`);
    await this.#written.catch((error: Error) => Promise.reject(cannotWrite(this.#path, error)));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function describe({ atMs, transport, from, to, text, dropped }: WireEntry): string {
  const note = dropped === undefined ? "" : ` (dropped: ${dropped})`;
  return `--- ${(atMs / 1000).toFixed(3)} s  ${transport}  ${from} -> ${to}${note}\n${text.replaceAll("\r\n", "\n")}\n`;
}

function cannotWrite(path: string, error: Error): UsageError {
  return new UsageError(`--trace: cannot write ${JSON.stringify(path)} (${error.message}); name a file in a folder that you may write to`);
}
