import type { Recording } from "@sidetone/media-core";
import { wrapError } from "../errors/wrap-error.ts";

/** A recording of a call under way. The file is a valid WAV at every moment; the call's end completes it. */
export class CallRecording implements Recording {
  readonly path: string;
  /** Resolves when the file is complete; rejects with `MEDIA_FILE_UNUSABLE` when writing failed, which is handled by default: the call goes on. */
  readonly finished: Recording["finished"];
  readonly #recording: Recording;

  /** @internal */
  constructor(recording: Recording) {
    this.#recording = recording;
    this.path = recording.path;
    this.finished = recording.finished.catch((error: unknown) => {
      throw wrapError(error, "record");
    });
    this.finished.catch(() => {});
  }

  /** Leaves out what is said until `resume`. */
  pause(): void {
    this.#recording.pause();
  }

  resume(): void {
    this.#recording.resume();
  }

  /** Completes the file. Idempotent; never rejects. */
  async stop(): Promise<void> {
    await this.#recording.stop().catch(() => {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
