import type { WavRecorder } from "../node/wav-recorder.ts";
import type { Recording } from "./recording.ts";

/** A recording of one session: both tracks on the session's own timeline, pauses left out. */
export class SessionRecording implements Recording {
  readonly path: string;
  readonly finished: Recording["finished"];
  readonly #recorder: WavRecorder;
  readonly #onStopped: (recording: SessionRecording) => void;
  #paused = false;
  /** Samples recorded so far, at the rate of the frames. */
  #position = 0;
  #sampleRate = 0;

  constructor(recorder: WavRecorder, onStopped: (recording: SessionRecording) => void) {
    this.#recorder = recorder;
    this.#onStopped = onStopped;
    this.path = recorder.path;
    this.finished = recorder.finished;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  /** One frame of both sides, as heard and as sent. */
  write(remote: Int16Array, local: Int16Array, sampleRate: number): void {
    if (this.#paused) return;
    if (sampleRate !== this.#sampleRate) {
      this.#position = Math.round((this.#position * sampleRate) / (this.#sampleRate || sampleRate));
      this.#sampleRate = sampleRate;
    }
    this.#recorder.remote.write(remote, sampleRate, this.#position);
    this.#recorder.local.write(local, sampleRate, this.#position);
    this.#position += remote.length;
  }

  async stop(): Promise<void> {
    this.#onStopped(this);
    await this.#recorder.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
