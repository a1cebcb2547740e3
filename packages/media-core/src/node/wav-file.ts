import { open, type FileHandle } from "node:fs/promises";
import { MediaError } from "../media-error.ts";
import type { AudioClip } from "../players/sample-source.ts";
import { readWavLayout, type RandomAccess, type WavLayout } from "../players/wav-layout.ts";
import { decodeWavFrames } from "../players/wav-samples.ts";

const largestClipBytes = 256 * 1024 * 1024;

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file (a relative path starts at the working directory of the process)",
  EACCES: "permission denied; make it readable for the user of this process",
  EISDIR: "it is a directory; name the file in it",
  EMFILE: "too many files are open; raise the limit (ulimit -n)",
};

/** `MEDIA_FILE_UNREADABLE` with the reason that the operating system gave. */
export function unreadable(path: string, cause: unknown): MediaError {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  return new MediaError("MEDIA_FILE_UNREADABLE", `Cannot read ${JSON.stringify(path)}: ${reasons[code] ?? message}`, { path, cause });
}

/** An open WAV file whose layout is known. */
export class WavFile implements RandomAccess {
  readonly path: string;
  readonly size: number;
  readonly #handle: FileHandle;

  private constructor(path: string, size: number, handle: FileHandle) {
    this.path = path;
    this.size = size;
    this.#handle = handle;
  }

  /** @throws {MediaError} `MEDIA_FILE_UNREADABLE`. */
  static async open(path: string): Promise<WavFile> {
    try {
      const handle = await open(path, "r");
      const { size } = await handle.stat();
      return new WavFile(path, size, handle);
    } catch (error) {
      throw unreadable(path, error);
    }
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    return this.readInto(new Uint8Array(length), offset);
  }

  /** Fills `buffer` from `offset` on. Returns the part that was filled: all, or what is left of the file. */
  async readInto(buffer: Uint8Array, offset: number): Promise<Uint8Array> {
    let filled = 0;
    try {
      while (filled < buffer.length) {
        const { bytesRead } = await this.#handle.read(buffer, filled, buffer.length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
    } catch (error) {
      throw unreadable(this.path, error);
    }
    return buffer.subarray(0, filled);
  }

  /** All audio, mixed down to mono. */
  async readClip(layout: WavLayout): Promise<AudioClip> {
    const bytes = await this.read(layout.dataOffset, layout.dataBytes);
    const samples = new Int16Array(Math.floor(bytes.length / layout.frameBytes));
    decodeWavFrames(layout, bytes.subarray(0, samples.length * layout.frameBytes), samples, 0);
    return { samples, sampleRate: layout.sampleRate };
  }

  async close(): Promise<void> {
    await this.#handle.close().catch(() => {}); // Nothing was written, so nothing can be lost.
  }
}

export interface ReadWavOptions {
  /** Stops reading; rejects with its reason. */
  signal?: AbortSignal;
}

/**
 * Reads a whole WAV file as mono 16-bit PCM at its own rate: PCM of 8 to 32 bits, floats, A-law, µ-law, any number of channels.
 *
 * One clip can be played to many calls: `new SampleSource(clip.samples, clip)`.
 *
 * @throws {MediaError} `MEDIA_FILE_UNREADABLE` when the operating system refuses; `MEDIA_FILE_UNSUPPORTED` when it is no WAV file,
 *   its audio is compressed, or it holds more than 256 MiB (`openWavFile` streams it).
 */
export async function readWavFile(path: string, options: ReadWavOptions = {}): Promise<AudioClip> {
  options.signal?.throwIfAborted();
  const file = await WavFile.open(path);
  try {
    const layout = await readWavLayout(file);
    options.signal?.throwIfAborted();
    if (layout.dataBytes > largestClipBytes) {
      throw new MediaError("MEDIA_FILE_UNSUPPORTED", `${JSON.stringify(path)} is too large to load whole; openWavFile streams it`, {
        path,
      });
    }
    return await file.readClip(layout);
  } finally {
    await file.close();
  }
}
