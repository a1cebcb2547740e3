import { stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "../process/eventually.ts";
import { PeerProcess } from "../process/peer-process.ts";
import { ScratchFolder } from "../process/scratch-folder.ts";

/** dumpcap takes packets from the kernel in blocks; the last ones come a little late. */
const lastBlockMs = 500;

/** What crosses the loopback interface, captured by dumpcap, which is part of tshark. */
export class Capture implements AsyncDisposable {
  readonly file: string;
  readonly #folder: ScratchFolder;
  readonly #process: PeerProcess;

  private constructor(folder: ScratchFolder, process: PeerProcess, file: string) {
    this.file = file;
    this.#folder = folder;
    this.#process = process;
  }

  /** Captures what the filter (pcap's, not Wireshark's) lets through. Capturing has begun when this resolves. */
  static async start(filter: string): Promise<Capture> {
    const folder = await ScratchFolder.make("capture");
    const file = folder.file("capture.pcapng");
    const process = new PeerProcess("dumpcap", ["-q", "-i", "lo", "-f", filter, "-w", file], { cwd: folder.path, atMostSeconds: 120 });
    const capture = new Capture(folder, process, file);
    try {
      await eventually("dumpcap captures", async () => {
        if (process.hasExited) throw new Error(`dumpcap ended with ${process.exitCode}:\n${process.lastWords}`);
        return stat(file).then(
          ({ size }) => size > 0,
          () => false,
        );
      });
      return capture;
    } catch (error) {
      await capture[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Ends the capture; the file is complete when this resolves. */
  async stop(): Promise<void> {
    await delay(lastBlockMs);
    await this.#process.stop("SIGINT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}
