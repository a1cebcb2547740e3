import type { Call, CallRecording } from "@sidetone/client-core";
import type { AudioSource } from "@sidetone/media-core";
import type { CallNarrator } from "./call-narrator.ts";

/** What was asked for beside the call itself: to record, to play, to send digits. What fails is told and remembered; the call goes on. */
export class CallTasks {
  /** Whether everything so far was done as asked. */
  succeeded = true;
  readonly #call: Call;
  readonly #narrator: CallNarrator;
  #recording: CallRecording | undefined;

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
    if (this.#recording && !(await tellRecording(this.#call, this.#recording, this.#narrator))) this.succeeded = false;
  }

  async #attempt<Result>(task: Promise<Result>): Promise<Result | undefined> {
    try {
      return await task;
    } catch (error) {
      this.succeeded = false;
      this.#narrator.problem(error, { callId: this.#call.id });
      return undefined;
    }
  }
}

/** Waits for the recording to be complete on disk, and tells it: whether it is. */
export async function tellRecording(call: Call, recording: CallRecording, narrator: CallNarrator): Promise<boolean> {
  try {
    const { path, durationMs } = await recording.finished;
    const text = `recorded ${(durationMs / 1000).toFixed(1)} s to ${path}`;
    narrator.say("RecordingFinished", text, { callId: call.id, path, durationMs: Math.round(durationMs) });
    return true;
  } catch {
    return false; // the call's errorOccurred has told why
  }
}
