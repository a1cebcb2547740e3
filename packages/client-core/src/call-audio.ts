import type { AudioInput, AudioInputOptions, MediaSession, PcmOutput } from "@sidetone/media-core";

/** The audio of a call as data: 16-bit mono PCM at any rate. */
export class CallAudio {
  readonly #media: () => MediaSession;

  constructor(media: () => MediaSession) {
    this.#media = media;
  }

  /**
   * What the peer says, as an async iterable of frames. Each call is a reader of its own; a slow one loses the oldest frames, counted in
   * `droppedFrames`. It ends with the call, and leaving the loop closes it.
   */
  in(options: AudioInputOptions = {}): AudioInput {
    return this.#media().openInput(options);
  }

  /** What the peer hears while nothing else plays: `write(samples, { sampleRate })` in chunks of any size, `clear()` to be interrupted. */
  get out(): PcmOutput {
    return this.#media().output;
  }
}
