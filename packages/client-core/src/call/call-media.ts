import { TypedEmitter } from "@sidetone/infra-common";
import type {
  AudioSource,
  DtmfPress,
  MediaQuality,
  MediaSession,
  MediaStatistics,
  Playback,
  PlaybackEnd,
  RecordingOptions,
} from "@sidetone/media-core";
import type { NegotiatedMedia } from "@sidetone/sdp-core";
import type { Session } from "@sidetone/session-core";
import { refuseUnknownNames, type KnownNames } from "../config/known-names.ts";
import { attempt } from "../errors/attempt.ts";
import { ClientError } from "../errors/client-error.ts";
import { guard } from "../errors/guard.ts";
import { CallAudio } from "./call-audio.ts";
import type { CallEvents } from "./call-events.ts";
import { CallRecording } from "./call-recording.ts";
import { KeyPresses } from "./key-presses.ts";
import { play, type PlayOptions, type PlayUser } from "./play.ts";

/** How key presses are sent, in milliseconds. */
export interface DtmfOptions {
  /** Of each press. Default 100. */
  durationMs?: number;
  /** Between presses. Default 70. */
  gapMs?: number;
}

const knownOfDtmf: KnownNames<DtmfOptions> = { durationMs: true, gapMs: true };
const knownOfRecording: KnownNames<RecordingOptions> = { sampleRate: true, channels: true };
const knownOfVolume: KnownNames<{ microphone?: number; speaker?: number }> = { microphone: true, speaker: true };

/** The audio of a {@link Call}. It may be asked for things before the answer: they take effect when audio flows. */
export abstract class CallMedia extends TypedEmitter<CallEvents> {
  /** @internal */
  protected readonly session: Session;
  #audio: CallAudio | undefined = undefined;
  #dtmf: KeyPresses | undefined = undefined;
  #playback: Playback | undefined = undefined;
  /** How often `play` was called. */
  #plays = 0;
  /** The latest `play` that has begun to play; earlier ones, whose file is still being opened, do not begin any more. */
  #latestPlay = 0;

  /** @internal */
  constructor(session: Session) {
    super(session.environment.onListenerError);
    this.session = session;
  }

  /** Whether its audio is here; not with external media. */
  get hasAudio(): boolean {
    return this.session.audio.kind === "local";
  }

  /** Encoding name of the codec in use; undefined before offer and answer have met, and with external media. */
  get codec(): string | undefined {
    return this.session.negotiated?.sendCodecs[0]?.encodingName;
  }

  /** What offer and answer agreed on; undefined before they have met, when the audio was refused, and with external media. */
  get negotiatedMedia(): NegotiatedMedia | undefined {
    return this.session.negotiated;
  }

  /** What was measured in the last second; undefined until it was. */
  get quality(): MediaQuality | undefined {
    return this.session.media?.quality;
  }

  /** Counters as they stand, and at the end the final ones; undefined without audio here. */
  statistics(): MediaStatistics | undefined {
    return this.session.media?.statistics();
  }

  /** Sends silence in place of everything said or played; packets go on. Throws `MEDIA_NOT_AVAILABLE` with external media, `CALL_ENDED`. */
  mute(): void {
    this.#setMuted({ microphone: true });
  }

  unmute(): void {
    this.#setMuted({ microphone: false });
  }

  /** Makes what is received silent for every reader; it is still counted and recorded. */
  setSpeakerMuted(muted: boolean): void {
    this.#setMuted({ speaker: muted });
  }

  get muted(): CallEvents["muteChanged"] {
    const { media } = this.session;
    return { microphone: media?.microphoneMuted ?? false, speaker: media?.speakerMuted ?? false };
  }

  /** Linear gains, 0 to 4; 1 leaves the audio as it is. Throws `CONFIG_INVALID` for others. */
  setVolume(volume: { microphone?: number; speaker?: number }): void {
    refuseUnknownNames(volume, knownOfVolume, "setVolume");
    guard("volume", () => this.session.requireMedia().setVolume(volume));
  }

  /** The audio as data. */
  get audio(): CallAudio {
    return (this.#audio ??= new CallAudio(this.session.environment, () => this.session.requireMedia()));
  }

  /** The peer's key presses from the answer on, the last 64 that were not read; one reader at a time. Ends with the call. */
  get dtmf(): AsyncIterable<DtmfPress> {
    return this.#digits();
  }

  /**
   * Sends key presses as telephone-events (RFC 4733), one after the other; resolves when the last has been sent.
   *
   * @param digits of `0123456789*#ABCD`.
   * @throws {ClientError} `CONFIG_INVALID` for other characters, `MEDIA_NOT_AVAILABLE` when the peer takes no events or no audio has been
   *   negotiated, `CALL_ENDED` when the call ends first.
   */
  sendDtmf(digits: string, options: DtmfOptions = {}): Promise<void> {
    return attempt(this.session.environment, "DTMF", async () => {
      refuseUnknownNames(options, knownOfDtmf, "sendDtmf");
      const sent = await this.session.requireMedia().sendDtmf(String(digits), options);
      if (!sent) throw new ClientError("CALL_ENDED", "The call ended before all digits were sent");
      if (this.session.phase !== "Ended") this.emit("dtmfSent", { digits });
    });
  }

  /**
   * Plays a WAV file or a source to the peer, in place of `audio.out`; a later `play` replaces an earlier one.
   * Resolves at its end: `completed` is false when it was replaced, stopped, or the call ended.
   *
   * @throws {ClientError} `MEDIA_FILE_UNUSABLE`, `MEDIA_NOT_AVAILABLE`, `CALL_ENDED`.
   * @throws `signal.reason` when aborted, which also stops the playing.
   */
  play(source: string | AudioSource, options: PlayOptions = {}): Promise<PlaybackEnd> {
    const player = this.#newPlayer();
    return attempt(this.session.environment, "play", () => play(() => this.session.requireMedia(), source, options, player));
  }

  /** Ends what `play` plays, with the next packet. */
  stopPlaying(): void {
    this.#latestPlay = ++this.#plays;
    this.#playback?.stop();
  }

  get isPlaying(): boolean {
    return this.#playback !== undefined;
  }

  /**
   * Records both directions to a WAV file until `stop()` or the end of the call.
   *
   * @throws {ClientError} `MEDIA_FILE_UNUSABLE` when it cannot be created, `MEDIA_NOT_AVAILABLE`, `CALL_ENDED`.
   */
  record(path: string, options: RecordingOptions = {}): Promise<CallRecording> {
    return attempt(this.session.environment, "record", async () => {
      refuseUnknownNames(options, knownOfRecording, "record");
      return new CallRecording(await this.session.requireMedia().record(path, options));
    });
  }

  /** Sends what is received back to the peer, in place of `audio.out`. */
  setEcho(enabled: boolean): void {
    guard("echo", () => this.session.requireMedia().setEcho(enabled));
  }

  /** @internal Throws `MEDIA_NOT_AVAILABLE` with external media, `CALL_ENDED`. */
  requireAudio(): void {
    guard("audio", () => this.session.requireMedia());
  }

  /** @internal */
  reportDtmf(press: DtmfPress): void {
    if (this.session.phase === "Connected") this.#digits().push(press);
    this.emit("dtmfReceived", press);
  }

  /** @internal The call is over: every iterable ends. */
  protected endMedia(): void {
    this.#dtmf?.end();
    if (this.#playback) this.emit("playbackEnded", { completed: false });
    this.#playback = undefined;
  }

  #newPlayer(): PlayUser {
    const number = ++this.#plays;
    return {
      mayBegin: () => {
        if (number < this.#latestPlay) return false;
        this.#latestPlay = number;
        return true;
      },
      onPlaying: (playback) => {
        this.#playback = playback;
        this.emit("playbackStarted", {});
      },
      onPlayed: (playback, { completed }) => {
        if (this.#playback === playback) this.#playback = undefined;
        if (this.session.phase !== "Ended") this.emit("playbackEnded", { completed });
      },
    };
  }

  #digits(): KeyPresses {
    if (!this.#dtmf) {
      this.#dtmf = new KeyPresses();
      if (this.session.phase === "Ended") this.#dtmf.end();
    }
    return this.#dtmf;
  }

  #setMuted(wanted: { microphone?: boolean; speaker?: boolean }): void {
    const before = this.muted;
    const { microphone = before.microphone, speaker = before.speaker } = wanted;
    const media: MediaSession = guard("mute", () => this.session.requireMedia());
    if (microphone === before.microphone && speaker === before.speaker) return;
    media.setMicrophoneMuted(microphone);
    media.setSpeakerMuted(speaker);
    this.emit("muteChanged", { microphone, speaker });
  }
}
