import { MediaError } from "../media-error.ts";
import type { SampleFeed } from "../players/rate-converter.ts";
import type { WavLayout } from "../players/wav-layout.ts";
import { decodeWavFrames } from "../players/wav-samples.ts";
import { unreadable, type WavFile } from "./wav-file.ts";

const readAheadSeconds = 2;
const blockSeconds = 0.25;

/** Streams the audio of a file through two seconds of read-ahead, so that taking never waits for the disk. */
export class WavReadAhead implements SampleFeed {
  readonly #file: WavFile;
  readonly #layout: WavLayout;
  readonly #loop: boolean;
  readonly #ring: Int16Array;
  readonly #block: Uint8Array;
  readonly #decoded: Int16Array;
  #available = 0;
  #readAt = 0;
  /** Bytes of audio read from the file so far, in this round of the loop. */
  #fileOffset = 0;
  #reading: Promise<void> | undefined;
  #state: "reading" | "endOfFile" | "closed" = "reading";
  #error: MediaError | undefined;

  constructor(file: WavFile, layout: WavLayout, loop: boolean) {
    this.#file = file;
    this.#layout = layout;
    this.#loop = loop;
    const blockFrames = Math.ceil(layout.sampleRate * blockSeconds);
    this.#ring = new Int16Array(blockFrames * Math.ceil(readAheadSeconds / blockSeconds));
    this.#block = new Uint8Array(blockFrames * layout.frameBytes);
    this.#decoded = new Int16Array(blockFrames);
  }

  get sampleRate(): number {
    return this.#layout.sampleRate;
  }

  get error(): MediaError | undefined {
    return this.#error;
  }

  /** Nothing more will come. While false, a dry feed only means that the disk is late. */
  get hasEnded(): boolean {
    return this.#state !== "reading" && this.#available === 0;
  }

  take(target: Int16Array, offset: number, length: number): number {
    const count = Math.min(length, this.#available);
    for (let i = 0; i < count; i++) {
      target[offset + i] = this.#ring[this.#readAt]!;
      this.#readAt = this.#readAt + 1 === this.#ring.length ? 0 : this.#readAt + 1;
    }
    this.#available -= count;
    void this.fill();
    return count;
  }

  /** Reads until there is no room for another block. Never rejects: an error ends the feed. */
  fill(): Promise<void> {
    if (this.#state !== "reading" || !this.#hasRoom) return this.#reading ?? Promise.resolve();
    this.#reading ??= this.#readBlocks().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async close(): Promise<void> {
    this.#state = "closed";
    this.#available = 0;
    await this.#reading;
    await this.#file.close();
  }

  get #hasRoom(): boolean {
    return this.#ring.length - this.#available >= this.#decoded.length;
  }

  async #readBlocks(): Promise<void> {
    try {
      while (this.#state === "reading" && this.#hasRoom) await this.#readBlock();
    } catch (error) {
      this.#error = error instanceof MediaError ? error : unreadable(this.#file.path, error);
      if (this.#state === "reading") this.#state = "endOfFile";
    }
  }

  async #readBlock(): Promise<void> {
    const { dataOffset, dataBytes, frameBytes } = this.#layout;
    const wanted = Math.min(this.#block.length, dataBytes - this.#fileOffset);
    const bytes = await this.#file.readInto(this.#block.subarray(0, wanted), dataOffset + this.#fileOffset);
    if (this.#state !== "reading") return;
    const frames = Math.floor(bytes.length / frameBytes);
    this.#append(decodeWavFrames(this.#layout, bytes.subarray(0, frames * frameBytes), this.#decoded, 0));
    this.#fileOffset += frames * frameBytes;
    if (bytes.length === wanted && this.#fileOffset < dataBytes) return;
    // The end, or a file that someone has cut since it was opened.
    if (this.#loop && this.#fileOffset > 0) this.#fileOffset = 0;
    else this.#state = "endOfFile";
  }

  #append(count: number): void {
    let at = (this.#readAt + this.#available) % this.#ring.length;
    for (let i = 0; i < count; i++) {
      this.#ring[at] = this.#decoded[i]!;
      at = at + 1 === this.#ring.length ? 0 : at + 1;
    }
    this.#available += count;
  }
}
