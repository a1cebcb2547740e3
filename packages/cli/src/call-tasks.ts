import type { Call } from "@sidetone/client-core";
import type { AudioSource } from "@sidetone/media-core";
import type { CallNarrator } from "./call-narrator.ts";

/** What was asked for beside the call itself: to record, to play, to send digits. What fails is told and remembered; the call goes on. */
export class CallTasks {
  /** Whether everything so far was done as asked. */
  succeeded = true;
  readonly #call: Call;
  readonly #narrator: CallNarrator;
  #recording: Awaited<ReturnType<Call["record"]>> | undefined;

  constructor(call: Call, narrator: CallNarrator) {
    this.#call = call;
    this.#narrator = narrator;
  }

  /** Resolves when the recording runs. */
  async record(path: string): Promise<void> {
    this.#recording = await this.#attempt(this.#call.record(path));
  }

  /** Resolves when the source has ended, or the call has. */
  async play(source: AudioSource): Promise<void> {
    await this.#attempt(this.#call.play(source));
  }

  /** Resolves when the last digit was sent. */
  async sendDtmf(digits: string): Promise<void> {
    await this.#attempt(this.#call.sendDtmf(digits));
  }

  /** After the end of the call: waits for the recording to be complete on disk. */
  async finish(): Promise<void> {
    const finished = this.#recording?.finished;
    if (!finished) return;
    try {
      const { path, durationMs } = await finished;
      const text = `recorded ${(durationMs / 1000).toFixed(1)} s to ${path}`;
      this.#narrator.say("RecordingFinished", text, { callId: this.#call.id, path, durationMs: Math.round(durationMs) });
    } catch {
      this.succeeded = false; // the call's errorOccurred has told why
    }
  }

  async #attempt<Result>(task: Promise<Result>): Promise<Result | undefined> {
    try {
      return await task;
    } catch (error) {
      this.succeeded = false;
      this.#narrator.problem(this.#call, error);
      return undefined;
    }
  }
}
