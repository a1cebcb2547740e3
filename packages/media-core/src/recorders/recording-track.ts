import { Resampler } from "../dsp/resampler.ts";
import type { AudioSink } from "./audio-sink.ts";
import type { RecordingTimeline } from "./recording-timeline.ts";

/** One side of a recording: converts what is written to the recording's rate and puts it in its place. */
export class RecordingTrack implements AudioSink {
  readonly #timeline: RecordingTimeline;
  readonly #track: 0 | 1;
  readonly #sampleRate: number;
  readonly #onClose: () => Promise<void>;
  #resampler: Resampler | undefined;
  #converted: Int16Array = new Int16Array(0);
  /** Of the next frame of an unbroken run, in samples at the rate it is written. */
  #nextPosition = -1;
  #nextRate = 0;
  /** Of the next converted sample, in samples of the recording. */
  #convertedPosition = 0;
  #isOpen = true;

  constructor(timeline: RecordingTimeline, track: 0 | 1, sampleRate: number, onClose: () => Promise<void>) {
    this.#timeline = timeline;
    this.#track = track;
    this.#sampleRate = sampleRate;
    this.#onClose = onClose;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  write(samples: Int16Array, sampleRate: number, position: number): void {
    if (!this.#isOpen) return;
    if (position !== this.#nextPosition || sampleRate !== this.#nextRate) this.#startRun(sampleRate, position);
    this.#nextPosition = position + samples.length;
    if (!this.#resampler) {
      this.#timeline.write(this.#track, samples, samples.length, position);
      return;
    }
    this.#makeRoom(this.#resampler.outputFor(samples.length));
    this.#place(this.#resampler.process(samples, this.#converted));
  }

  /** Ends this side. The recording ends when both sides have. */
  close(): Promise<void> {
    this.finish();
    return this.#onClose();
  }

  /** Puts down what the resampler still holds; later writes are ignored. */
  finish(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#endRun();
  }

  #startRun(sampleRate: number, position: number): void {
    this.#endRun();
    this.#nextRate = sampleRate;
    this.#resampler = undefined;
    if (sampleRate === this.#sampleRate) return;
    this.#resampler = new Resampler(sampleRate, this.#sampleRate);
    const delay = (this.#resampler.delayMs * this.#sampleRate) / 1000;
    this.#convertedPosition = Math.round((position * this.#sampleRate) / sampleRate - delay);
  }

  #endRun(): void {
    if (!this.#resampler) return;
    this.#makeRoom(this.#resampler.tailSamples);
    this.#place(this.#resampler.flush(this.#converted));
  }

  #place(count: number): void {
    this.#timeline.write(this.#track, this.#converted, count, this.#convertedPosition);
    this.#convertedPosition += count;
  }

  #makeRoom(samples: number): void {
    if (this.#converted.length < samples) this.#converted = new Int16Array(samples);
  }
}
