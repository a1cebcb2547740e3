import type { Environment } from "@sidetone/infra-common";
import type { AudioInput, AudioInputOptions, ClearedOutput, MediaSession, PcmOutput } from "@sidetone/media-core";
import { refuseUnknownNames, type KnownNames } from "../config/known-names.ts";
import { attempt } from "../errors/attempt.ts";
import { ClientError } from "../errors/client-error.ts";
import { guard } from "../errors/guard.ts";

const knownOfInput: KnownNames<AudioInputOptions> = { sampleRate: true, capacityFrames: true, signal: true };
const knownOfOutput: KnownNames<{ sampleRate: number }> = { sampleRate: true };

/** The audio of a call as data: 16-bit mono PCM at any rate. */
export class CallAudio {
  /** What the peer hears while nothing else plays. */
  readonly out: CallAudioOutput;
  readonly #media: () => MediaSession;

  /** @internal */
  constructor(environment: Environment, media: () => MediaSession) {
    this.#media = media;
    this.out = new CallAudioOutput(environment, media);
  }

  /**
   * What the peer says, as an async iterable of frames. Each call is a reader of its own; a slow one loses the oldest frames, counted in
   * `droppedFrames`. It ends with the call, and leaving the loop closes it.
   *
   * @throws {ClientError} `MEDIA_NOT_AVAILABLE` with external media, `CALL_ENDED`, `CONFIG_INVALID` for an impossible option.
   */
  in(options: AudioInputOptions = {}): AudioInput {
    refuseUnknownNames(options, knownOfInput, "audio.in");
    const { capacityFrames = 1 } = options;
    if (!(Number.isInteger(capacityFrames) && capacityFrames >= 1))
      throw new ClientError("CONFIG_INVALID", `capacityFrames must be a whole number from 1, not ${capacityFrames}`);
    return guard("audio.in", () => this.#media().openInput(options));
  }
}

/** PCM on its way to the peer, paced by the stack. */
export class CallAudioOutput {
  readonly #environment: Environment;
  readonly #media: () => MediaSession;
  #output: PcmOutput | undefined;

  /** @internal */
  constructor(environment: Environment, media: () => MediaSession) {
    this.#environment = environment;
    this.#media = media;
  }

  /**
   * Queues mono 16-bit PCM, in chunks of any size and rate; the samples are copied. Awaiting it paces the writer: it resolves as soon as
   * less than 200 ms wait.
   *
   * @returns True: the samples play in their turn, unless cleared. False: the call was over first.
   * @throws {ClientError} Rejects with `CONFIG_INVALID` for an impossible rate and for what is no Int16Array, `CALL_STATE_INVALID` after `end()`, `RESOURCE_UNAVAILABLE`
   *   when a minute waits already, `MEDIA_NOT_AVAILABLE` with external media.
   */
  write(samples: Int16Array, options: { sampleRate: number }): Promise<boolean> {
    return attempt(this.#environment, "audio.out", async () => {
      checkPcm(samples, options);
      return (await this.#pcm?.write(samples, options)) ?? false;
    });
  }

  /** Drops what waits, because the peer began to speak: silence starts with the next packet. Says what had been heard by then. */
  clear(): ClearedOutput {
    return this.#pcm?.clear() ?? { playedMs: 0, discardedMs: 0 };
  }

  /** Takes no more audio. Resolves when all that was written has gone out, or the call is over. */
  async end(): Promise<void> {
    await this.#pcm?.end();
  }

  /** Audio that waits to be sent, in milliseconds. */
  get queuedMs(): number {
    return this.#pcm?.queuedMs ?? 0;
  }

  /** Audio sent since the beginning, silence between chunks not counted, in milliseconds. */
  get playedMs(): number {
    return this.#pcm?.playedMs ?? 0;
  }

  /** Whether audio waits; if not, the peer hears silence. */
  get isPlaying(): boolean {
    return this.#pcm?.isPlaying ?? false;
  }

  /** Kept, so that what was written can still be asked about when the call is over; undefined when nothing ever was. */
  get #pcm(): PcmOutput | undefined {
    try {
      return (this.#output ??= guard("audio.out", () => this.#media().output));
    } catch (error) {
      if (ClientError.is(error, "CALL_ENDED")) return undefined;
      throw error;
    }
  }
}

/** Bytes taken for samples would be noise, at full volume. */
function checkPcm(samples: Int16Array, options: { sampleRate: number } | undefined): void {
  if (!(samples instanceof Int16Array))
    throw new ClientError(
      "CONFIG_INVALID",
      "write() takes an Int16Array; bytes of 16-bit little-endian PCM become one by new Int16Array(buffer, byteOffset, byteLength / 2)",
    );
  if (typeof options?.sampleRate !== "number") throw new ClientError("CONFIG_INVALID", "write() needs { sampleRate }, in Hz");
  refuseUnknownNames(options, knownOfOutput, "audio.out.write");
}
