import { createWriteStream } from "node:fs";
import { SipTrace } from "@sidetone/trace-core";
import { UsageError } from "./usage-error.ts";

/** Writes SIP messages to a file as they cross the wire, secrets removed, and the ladder at the end. */
export class TraceFile {
  readonly #stream: ReturnType<typeof createWriteStream>;
  readonly #trace: SipTrace;

  private constructor(stream: ReturnType<typeof createWriteStream>) {
    this.#stream = stream;
    this.#trace = new SipTrace({
      onEntry: ({ atMs, transport, from, to, text, dropped }) => {
        const note = dropped === undefined ? "" : ` (dropped: ${dropped})`;
        stream.write(`--- ${(atMs / 1000).toFixed(3)} s  ${transport}  ${from} -> ${to}${note}\n${text.replaceAll("\r\n", "\n")}\n`);
      },
    });
  }

  /** @throws {UsageError} when the file cannot be written. */
  static async open(path: string): Promise<TraceFile> {
    const stream = createWriteStream(path);
    await new Promise<void>((resolve, reject) => {
      stream.once("open", () => resolve());
      stream.once("error", (error) => reject(new UsageError(`--trace: cannot write ${path}: ${error.message}`)));
    });
    stream.on("error", () => {}); // a disk that fills up ends the trace, not the call
    return new TraceFile(stream);
  }

  async close(): Promise<void> {
    this.#trace.stop();
    await new Promise<void>((resolve) => this.#stream.end(`=== ladder\n${this.#trace.ladder()}\n`, () => resolve()));
  }
}
