import { checkSampleRate } from "../dsp/resampler.ts";
import { MediaError } from "../media-error.ts";
import type { AudioSink } from "../recorders/audio-sink.ts";
import { RecordingTimeline } from "../recorders/recording-timeline.ts";
import { RecordingTrack } from "../recorders/recording-track.ts";
import { WavFileWriter } from "./wav-file-writer.ts";

export interface WavRecorderOptions {
  /** Of the file, in Hz. Default 8000. */
  sampleRate?: number;
  /** `mix`: both sides in one channel. `separate`: local left, remote right. Default `mix`. */
  channels?: "mix" | "separate";
}

/** A finished recording. */
export interface RecordingSummary {
  readonly path: string;
  readonly durationMs: number;
  /** Of the file. */
  readonly bytes: number;
}

/**
 * Records both sides of a call to a WAV file of 16-bit PCM, aligned by position, with silence for gaps.
 *
 * The file is valid at any moment, even when the process is killed; up to a second of audio is then missing. Writing happens in
 * the background with at most 4 MiB waiting. A failing disk ends the recording, not the call.
 */
export class WavRecorder {
  readonly path: string;
  readonly local: AudioSink;
  readonly remote: AudioSink;
  /**
   * Resolves when the recording is complete on disk; rejects with `MEDIA_RECORDING_FAILED` when it could not be written. May be
   * ignored: an unobserved failure is not an unhandled rejection.
   */
  readonly finished: Promise<RecordingSummary>;
  readonly #sampleRate: number;
  readonly #timeline: RecordingTimeline;
  readonly #tracks: readonly [RecordingTrack, RecordingTrack];
  readonly #writer: WavFileWriter;
  #closing: Promise<void> | undefined;
  #error: MediaError | undefined;
  #settle!: { resolve: (summary: RecordingSummary) => void; reject: (error: MediaError) => void };

  private constructor(path: string, sampleRate: number, channels: 1 | 2, writer: WavFileWriter) {
    this.path = path;
    this.#sampleRate = sampleRate;
    this.#writer = writer;
    writer.onError = (error) => this.#fail(error);
    this.#timeline = new RecordingTimeline(sampleRate, channels, writer);
    const closeWhenBothAre = () => (this.#tracks.some((track) => track.isOpen) ? Promise.resolve() : this.close());
    this.#tracks = [
      new RecordingTrack(this.#timeline, 0, sampleRate, closeWhenBothAre),
      new RecordingTrack(this.#timeline, 1, sampleRate, closeWhenBothAre),
    ];
    [this.local, this.remote] = this.#tracks;
    this.finished = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.finished.catch(() => {});
  }

  /**
   * Creates the file, or replaces it.
   *
   * @throws {MediaError} `MEDIA_RECORDING_FAILED` when it cannot be created; `MEDIA_OPTION_INVALID` for an impossible option.
   */
  static async open(path: string, options: WavRecorderOptions = {}): Promise<WavRecorder> {
    const sampleRate = options.sampleRate ?? 8000;
    checkSampleRate(sampleRate);
    const channels = channelCount(options.channels ?? "mix");
    return new WavRecorder(path, sampleRate, channels, await WavFileWriter.create(path, sampleRate, channels));
  }

  /** Why the recording ended early, if it did. */
  get error(): MediaError | undefined {
    return this.#error;
  }

  /** Length of the recording so far. */
  get durationMs(): number {
    return (this.#timeline.frames * 1000) / this.#sampleRate;
  }

  /** Ends the recording: writes what waits and closes the file. Idempotent; never rejects, `finished` tells the outcome. */
  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #finish(): Promise<void> {
    for (const track of this.#tracks) track.finish();
    this.#timeline.finish();
    await this.#writer.close();
    if (!this.#error) this.#settle.resolve({ path: this.path, durationMs: this.durationMs, bytes: this.#writer.fileBytes });
  }

  #fail(error: MediaError): void {
    this.#error = error;
    this.#settle.reject(error);
    void this.close();
  }
}

function channelCount(channels: string): 1 | 2 {
  if (channels === "mix") return 1;
  if (channels === "separate") return 2;
  throw new MediaError("MEDIA_OPTION_INVALID", `channels is "mix" or "separate", not ${JSON.stringify(channels)}`);
}
