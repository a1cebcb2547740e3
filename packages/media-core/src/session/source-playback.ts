import type { AudioSource } from "../players/audio-source.ts";
import type { Playback, PlaybackEnd } from "./playback.ts";

/** A source while it plays. */
export class SourcePlayback implements Playback {
  readonly finished: Promise<PlaybackEnd>;
  readonly #source: AudioSource;
  #settle!: { resolve: (end: PlaybackEnd) => void; reject: (error: unknown) => void };
  #playedMs = 0;
  #ended = false;
  /** What the source threw. */
  #failure: { readonly error: unknown } | undefined = undefined;

  constructor(source: AudioSource) {
    this.#source = source;
    this.finished = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.finished.catch(() => {});
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Fills the frame, the rest behind the source's end with silence. False when the source had nothing more. */
  read(frame: Int16Array, sampleRate: number): boolean {
    const count = this.#pull(frame, sampleRate);
    if (!(count > 0)) {
      this.#end(true);
      return false;
    }
    this.#playedMs += (count * 1000) / sampleRate;
    if (count < frame.length) {
      frame.fill(0, count);
      this.#end(true);
    }
    return true;
  }

  stop(): void {
    this.#end(false);
  }

  /** A source of the application's that throws ends this playback, not the audio of every call. */
  #pull(frame: Int16Array, sampleRate: number): number {
    try {
      return Math.min(this.#source.read(frame, sampleRate), frame.length);
    } catch (error) {
      this.#failure = { error };
      return 0;
    }
  }

  #end(completed: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    const { error } = this.#source;
    this.#close();
    if (this.#failure) this.#settle.reject(this.#failure.error);
    else if (error) this.#settle.reject(error);
    else this.#settle.resolve({ playedMs: this.#playedMs, completed });
  }
  #close(): void {
    try {
      this.#source.close();
    } catch (error) {
      this.#failure ??= { error };
    }
  }
}
