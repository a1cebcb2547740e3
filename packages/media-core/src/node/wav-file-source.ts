import type { MediaError } from "../media-error.ts";
import type { AudioSource } from "../players/audio-source.ts";
import { RateConverter } from "../players/rate-converter.ts";
import { SampleSource } from "../players/sample-source.ts";
import { readWavLayout, type WavLayout } from "../players/wav-layout.ts";
import { WavFile } from "./wav-file.ts";
import { WavReadAhead } from "./wav-read-ahead.ts";

/** Files of up to this much audio are loaded whole: a minute at 16 kHz, mono, 16 bits. Larger ones are streamed. */
const largestWholeBytes = 2 * 1024 * 1024;

export interface OpenWavOptions {
  /** Starts again at the end, without a gap, until closed. Default false. */
  loop?: boolean;
  /** Stops opening; rejects with its reason. Without effect on the open source. */
  signal?: AbortSignal;
}

/** A WAV file being played. */
export interface WavFileSource extends AudioSource {
  readonly path: string;
  /** Of one round. */
  readonly durationMs: number;
  /** Of the file, in Hz. */
  readonly sampleRate: number;
  /** Of the file; they are averaged to one. */
  readonly channels: number;
  /** Resolves when the file is closed: when it has been loaded, or after `close()`. */
  readonly closed: Promise<void>;
  /** Silence played because the disk was late. 0 unless it stalled for two seconds. */
  readonly lateMs: number;
}

/**
 * Opens a WAV file to play it: PCM of 8 to 32 bits, floats, A-law, µ-law, any common rate, any number of channels; damaged headers are
 * read as far as they make sense. Small files are loaded; of large ones at most two seconds are held.
 *
 * @returns A source ready to be read, to be closed by its user.
 * @throws {MediaError} `MEDIA_FILE_UNREADABLE` when the operating system refuses; `MEDIA_FILE_UNSUPPORTED` when it is no WAV file or its
 *   audio is compressed. Both name the path and what to do.
 */
export async function openWavFile(path: string, options: OpenWavOptions = {}): Promise<WavFileSource> {
  options.signal?.throwIfAborted();
  const loop = options.loop ?? false;
  const file = await WavFile.open(path);
  try {
    const layout = await readWavLayout(file);
    if (layout.dataBytes <= largestWholeBytes) {
      const { samples, sampleRate } = await file.readClip(layout);
      options.signal?.throwIfAborted();
      return new LoadedWav(path, layout, new SampleSource(samples, { sampleRate, loop }), file.close());
    }
    const feed = new WavReadAhead(file, layout, loop);
    await feed.fill();
    options.signal?.throwIfAborted();
    if (feed.error) throw feed.error;
    return new StreamedWav(path, layout, feed);
  } catch (error) {
    await file.close();
    throw error;
  }
}

abstract class WavSource {
  readonly path: string;
  readonly durationMs: number;
  readonly sampleRate: number;
  readonly channels: number;

  constructor(path: string, layout: WavLayout) {
    this.path = path;
    this.durationMs = (layout.dataBytes / layout.frameBytes / layout.sampleRate) * 1000;
    this.sampleRate = layout.sampleRate;
    this.channels = layout.channels;
  }
}

class LoadedWav extends WavSource implements WavFileSource {
  readonly closed: Promise<void>;
  readonly lateMs = 0;
  readonly #source: SampleSource;

  constructor(path: string, layout: WavLayout, source: SampleSource, closed: Promise<void>) {
    super(path, layout);
    this.#source = source;
    this.closed = closed;
  }

  read(target: Int16Array, sampleRate: number): number {
    return this.#source.read(target, sampleRate);
  }

  close(): void {
    this.#source.close();
  }
}

class StreamedWav extends WavSource implements WavFileSource {
  readonly closed: Promise<void>;
  readonly #feed: WavReadAhead;
  readonly #converter: RateConverter;
  #resolveClosed!: (closing: Promise<void>) => void;
  #isClosed = false;
  #lateMs = 0;

  constructor(path: string, layout: WavLayout, feed: WavReadAhead) {
    super(path, layout);
    this.#feed = feed;
    this.#converter = new RateConverter(feed);
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
  }

  get error(): MediaError | undefined {
    return this.#feed.error;
  }

  get lateMs(): number {
    return this.#lateMs;
  }

  read(target: Int16Array, sampleRate: number): number {
    if (this.#isClosed) return 0;
    const filled = this.#converter.read(target, sampleRate);
    if (filled === target.length || this.#feed.hasEnded) return filled;
    this.#lateMs += ((target.length - filled) * 1000) / sampleRate;
    target.fill(0, filled);
    return target.length;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#resolveClosed(this.#feed.close());
  }
}
