import type { Call, CallRecording } from "@sidetone/client-core";
import type { AudioSource } from "@sidetone/media-core";
import { openAudio, type AudioFlags } from "../audio-flags.ts";
import type { CallNarrator } from "../call-narrator.ts";
import { tellRecording } from "../call-tasks.ts";
import { UsageError } from "../usage-error.ts";

/** What one call of the phone is sent, and what is kept of it. */
export class PhoneAudio {
  readonly #call: Call;
  readonly #narrator: CallNarrator;
  #recording: CallRecording | undefined;
  /** Settles when the latest recording is complete on disk. */
  #told: Promise<unknown> = Promise.resolve();

  constructor(call: Call, narrator: CallNarrator) {
    this.#call = call;
    this.#narrator = narrator;
  }

  get recordingPath(): string | undefined {
    return this.#recording?.path;
  }

  /** The call is connected: what `--play`, `--tone`, `--echo` and `--record` ask for. What fails is told. */
  async begin(flags: AudioFlags & { echo?: boolean }, recordTo: string | undefined): Promise<void> {
    try {
      const source = await openAudio(flags, { loop: true });
      if (this.#call.phase === "Ended") return source?.close();
      if (source) this.play(source);
      if (flags.echo) this.setEcho(true);
      if (recordTo !== undefined) await this.record(recordTo);
    } catch (error) {
      this.#tell(error);
    }
  }

  /** Begins to play, in place of what was sent before. What fails later is told. */
  play(source: AudioSource): void {
    this.#call.setEcho(false);
    void this.#call.play(source).catch((error: unknown) => this.#tell(error));
  }

  /** Sends back what is heard, in place of what was sent before. */
  setEcho(enabled: boolean): void {
    if (enabled) this.#call.stopPlaying();
    this.#call.setEcho(enabled);
  }

  /** From now on silence is sent. */
  stopSending(): void {
    this.#call.stopPlaying();
    this.#call.setEcho(false);
  }

  async record(path: string): Promise<void> {
    if (this.#recording) throw new UsageError(`already recording to ${this.#recording.path}; "stop record" ends that`);
    const recording = await this.#call.record(path);
    this.#recording = recording;
    this.#told = tellRecording(this.#call, recording, this.#narrator).then(() => {
      if (this.#recording === recording) this.#recording = undefined;
    });
  }

  /** Resolves when the file is complete. */
  async stopRecording(): Promise<void> {
    await this.#recording?.stop();
    await this.#told;
  }

  /** After the end of the call: waits for the recording to be complete on disk. */
  async finish(): Promise<void> {
    await this.#told;
  }

  #tell(error: unknown): void {
    if (this.#call.phase !== "Ended") this.#narrator.problem(error, { callId: this.#call.id });
  }
}
