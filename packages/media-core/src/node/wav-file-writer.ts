import { open, type FileHandle } from "node:fs/promises";
import { endianness } from "node:os";
import { MediaError } from "../media-error.ts";
import type { TimelineOutput } from "../recorders/recording-timeline.ts";
import { wavHeader, wavHeaderBytes } from "../recorders/wav-header.ts";

/** Audio that may wait for a slow disk: two minutes at 16 kHz, mono. */
const mostWaitingBytes = 4 * 1024 * 1024;
const silence = new Uint8Array(64 * 1024);

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "its directory does not exist; create it first",
  EACCES: "permission denied; choose a directory that this process may write to",
  EISDIR: "it is a directory; name a file in it",
  ENOSPC: "the disk is full; what was recorded until then is in the file",
  EROFS: "the file system is read-only",
};

export function recordingFailed(path: string, cause: unknown): MediaError {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  return new MediaError("MEDIA_RECORDING_FAILED", `Cannot record to ${JSON.stringify(path)}: ${reasons[code] ?? message}`, { path, cause });
}

/** A piece of audio, or a number of bytes of silence. */
type Piece = Uint8Array | number;

/**
 * Writes a WAV file in the background. The header's sizes are brought up to date after every write, always after the audio
 * they count, so the file is valid at any moment, whatever happens to the process.
 */
export class WavFileWriter implements TimelineOutput {
  readonly #path: string;
  readonly #sampleRate: number;
  readonly #channels: number;
  readonly #handle: FileHandle;
  #waiting: Piece[] = [];
  #waitingBytes = 0;
  #writtenBytes = 0;
  #writing: Promise<void> | undefined;
  #error: MediaError | undefined;
  /** Told once, when writing failed; the writer then drops what it is given. */
  onError: (error: MediaError) => void = () => {};

  private constructor(path: string, sampleRate: number, channels: number, handle: FileHandle) {
    this.#path = path;
    this.#sampleRate = sampleRate;
    this.#channels = channels;
    this.#handle = handle;
  }

  /** Creates or replaces the file. @throws {MediaError} `MEDIA_RECORDING_FAILED`. */
  static async create(path: string, sampleRate: number, channels: number): Promise<WavFileWriter> {
    const handle = await open(path, "w").catch((error: unknown) => {
      throw recordingFailed(path, error);
    });
    const writer = new WavFileWriter(path, sampleRate, channels, handle);
    try {
      await writer.#writeHeader();
      return writer;
    } catch (error) {
      await writer.close();
      throw recordingFailed(path, error);
    }
  }

  /** Of the file so far. */
  get fileBytes(): number {
    return wavHeaderBytes + this.#writtenBytes;
  }

  append(samples: Int16Array, length: number): void {
    if (this.#error) return;
    const bytes = littleEndian(samples, length);
    if (this.#waitingBytes + bytes.length > mostWaitingBytes) {
      this.#fail(new Error(`the disk is too slow: ${mostWaitingBytes} bytes of audio wait`));
      return;
    }
    this.#waitingBytes += bytes.length;
    this.#push(bytes);
  }

  appendSilence(frames: number): void {
    this.#push(frames * this.#channels * 2);
  }

  /** Writes what waits, and closes the file. Never rejects. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#handle.close().catch((error: unknown) => this.#fail(error));
  }

  #push(piece: Piece): void {
    if (this.#error) return;
    this.#waiting.push(piece);
    this.#writing ??= this.#writeWaiting().finally(() => (this.#writing = undefined));
  }

  async #writeWaiting(): Promise<void> {
    try {
      while (this.#waiting.length > 0 && !this.#error) {
        const pieces = this.#waiting;
        this.#waiting = [];
        this.#waitingBytes = 0;
        for (const piece of pieces) {
          if (typeof piece === "number") await this.#writeSilence(piece);
          else await this.#writeAudio(piece);
        }
        await this.#writeHeader();
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  async #writeSilence(byteCount: number): Promise<void> {
    for (let left = byteCount; left > 0; left -= silence.length) {
      await this.#writeAudio(left < silence.length ? silence.subarray(0, left) : silence);
    }
  }

  async #writeAudio(bytes: Uint8Array): Promise<void> {
    await this.#writeAt(bytes, wavHeaderBytes + this.#writtenBytes);
    this.#writtenBytes += bytes.length;
  }

  async #writeHeader(): Promise<void> {
    await this.#writeAt(wavHeader(this.#sampleRate, this.#channels, this.#writtenBytes), 0);
  }

  async #writeAt(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
  }

  #fail(cause: unknown): void {
    if (this.#error) return;
    this.#error = recordingFailed(this.#path, cause);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.onError(this.#error);
  }
}

/** A copy of the samples as a WAV file stores them. */
function littleEndian(samples: Int16Array, length: number): Uint8Array {
  const copy = Buffer.from(samples.slice(0, length).buffer);
  return endianness() === "LE" ? copy : copy.swap16();
}
