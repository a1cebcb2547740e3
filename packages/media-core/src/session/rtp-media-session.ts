import type { Environment } from "@sidetone/infra-common";
import type { PublicAddressFinder, PublicAddressOutcome, RtpPortAllocator } from "@sidetone/media-transport";
import type { NegotiatedMedia } from "@sidetone/sdp-core";
import type { CodecRegistry } from "../codecs/codec-registry.ts";
import { Gain } from "../dsp/gain.ts";
import { FrameReader } from "../graph/frame-reader.ts";
import type { FrameScratch } from "../graph/frame-scratch.ts";
import type { MediaScheduler } from "../graph/media-scheduler.ts";
import { MediaError } from "../media-error.ts";
import { WavRecorder } from "../node/wav-recorder.ts";
import type { AudioSource } from "../players/audio-source.ts";
import { PcmOutput } from "../players/pcm-output.ts";
import type { AudioInput, AudioInputOptions } from "./audio-input.ts";
import { DtmfQueue } from "./dtmf-queue.ts";
import type { LocalMediaAddress, MediaSession, MediaSessionOptions, MediaSessionUser } from "./media-session.ts";
import { emptyStatistics, type MediaQuality, type MediaStatistics } from "./media-statistics.ts";
import type { Recording, RecordingOptions } from "./recording.ts";
import { RtpStream } from "./rtp-stream.ts";
import { SessionRecording } from "./session-recording.ts";
import { SourcePlayback } from "./source-playback.ts";

export interface RtpMediaSessionParts {
  readonly environment: Environment;
  readonly scheduler: MediaScheduler;
  readonly scratch: FrameScratch;
  readonly ports: RtpPortAllocator;
  readonly codecs: CodecRegistry;
  readonly finderOf: (stunServers: readonly string[]) => PublicAddressFinder;
  readonly options: MediaSessionOptions;
  readonly user: MediaSessionUser;
  readonly onClosed: (session: RtpMediaSession) => void;
}

/** The same for all sessions. */
const none: readonly never[] = [];

/**
 * The audio of one call over RTP. What the application wants of it lives here (sources, readers, recordings, mutes); the stream itself,
 * from negotiation to packets, in {@link RtpStream}.
 */
export class RtpMediaSession implements MediaSession {
  readonly output: PcmOutput = new PcmOutput();
  readonly #parts: RtpMediaSessionParts;
  // What few calls need is made when they do.
  #microphone: Gain | undefined;
  #speaker: Gain | undefined;
  #readers: readonly FrameReader[] = none;
  #recordings: readonly SessionRecording[] = none;
  #dtmf: DtmfQueue | undefined;
  #opening: Promise<RtpStream> | undefined;
  #stream: RtpStream | undefined;
  #pending: { readonly media: NegotiatedMedia | undefined; readonly held: boolean; readonly isTranslated: boolean } | undefined;
  #playback: SourcePlayback | undefined;
  #echo = false;
  #volume = { microphone: 1, speaker: 1 };
  #closing: Promise<void> | undefined;
  #lastStatistics: MediaStatistics | undefined;
  microphoneMuted = false;
  speakerMuted = false;

  constructor(parts: RtpMediaSessionParts) {
    this.#parts = parts;
  }

  async open(): Promise<LocalMediaAddress> {
    const { localAddress, rtpPort, rtcpPort } = (await this.#opened()).transport;
    return { address: localAddress, rtpPort, rtcpPort };
  }

  async rebind(localAddress: string): Promise<LocalMediaAddress> {
    const stream = await this.#opening?.catch(() => undefined);
    if (this.#closing) throw new MediaError("MEDIA_SESSION_CLOSED", "The media session is closed");
    if (stream) await stream.transport.rebind(localAddress);
    else this.#opening = this.#openStream(localAddress);
    return this.open();
  }

  async findPublicAddress(stunServers: readonly string[]): Promise<PublicAddressOutcome> {
    return this.#parts.finderOf(stunServers).find((await this.#opened()).transport);
  }

  configure(
    media: NegotiatedMedia | undefined,
    { held = false, isTranslated = false }: { held?: boolean; isTranslated?: boolean } = {},
  ): void {
    if (this.#closing) return;
    if (!this.#stream) {
      this.#pending = { media, held, isTranslated };
      return;
    }
    this.#stream.configure(media, held, isTranslated);
  }

  get quality(): MediaQuality | undefined {
    return this.#stream?.quality;
  }

  statistics(): MediaStatistics {
    return this.#lastStatistics ?? this.#stream?.statistics() ?? emptyStatistics;
  }

  play(source: AudioSource): SourcePlayback {
    this.#playback?.stop();
    const playback = new SourcePlayback(source);
    if (this.#closing) playback.stop();
    else this.#playback = playback;
    return playback;
  }

  openInput(options: AudioInputOptions = {}): AudioInput {
    const reader = new FrameReader(options, (closed) => (this.#readers = without(this.#readers, closed)));
    if (this.#closing) reader.close();
    else this.#readers = [...this.#readers, reader];
    return reader;
  }

  async record(path: string, options: RecordingOptions = {}): Promise<Recording> {
    const recorder = await WavRecorder.open(path, { sampleRate: this.#stream?.sampleRate ?? 8000, ...options });
    const recording = new SessionRecording(recorder, (stopped) => (this.#recordings = without(this.#recordings, stopped)));
    recorder.finished.catch((error: Error) => {
      this.#recordings = without(this.#recordings, recording);
      this.#parts.user.onMediaError(error);
    });
    if (this.#closing) await recording.stop();
    else this.#recordings = [...this.#recordings, recording];
    return recording;
  }

  setEcho(enabled: boolean): void {
    this.#echo = enabled;
  }

  setMicrophoneMuted(muted: boolean): void {
    this.microphoneMuted = muted;
    this.#applyVolume();
  }

  setSpeakerMuted(muted: boolean): void {
    this.speakerMuted = muted;
    this.#applyVolume();
  }

  setVolume(volume: { microphone?: number; speaker?: number }): void {
    for (const [name, value] of Object.entries(volume)) {
      if (!(value >= 0 && value <= 4))
        throw new MediaError("MEDIA_OPTION_INVALID", `A ${name} volume is a number from 0 to 4, not ${value}`);
    }
    this.#volume = { ...this.#volume, ...volume };
    this.#applyVolume();
  }

  async sendDtmf(digits: string, options: { durationMs?: number; gapMs?: number } = {}): Promise<boolean> {
    if (this.#closing) return false;
    if (!this.#stream?.sendsEvents) {
      throw new MediaError(
        "MEDIA_DTMF_NOT_NEGOTIATED",
        "The peer takes no telephone-events (RFC 4733), or no audio has been negotiated yet",
      );
    }
    if (digits === "" || /[^0-9A-D*#]/i.test(digits)) {
      throw new MediaError("MEDIA_OPTION_INVALID", `Digits are 0-9, *, # and A-D, not ${JSON.stringify(digits.slice(0, 80))}`);
    }
    return (this.#dtmf ??= new DtmfQueue()).send(this.#stream.events, digits.toUpperCase(), options);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  // What the stream asks for, once a packet time.

  /** @internal Takes what was heard, then fills `local` with what is to be sent. Both frames are at `sampleRate`. */
  exchange(remote: Int16Array, local: Int16Array, sampleRate: number, held: boolean): void {
    if (this.#recordings.length > 0) this.#heard(remote);
    this.#speaker?.apply(remote);
    for (const reader of this.#readers) reader.push(remote, sampleRate);
    this.#fill(local, remote, sampleRate);
    this.#microphone?.apply(local);
    if (held) local.fill(0);
    for (const recording of this.#recordings) recording.write(this.#remoteCopy, local, sampleRate);
    this.#dtmf?.settle(this.#stream!.events);
  }

  /** What was said, before the speaker's volume: a recording keeps it. */
  #remoteCopy: Int16Array = new Int16Array(0);
  #heard(remote: Int16Array): void {
    if (this.#remoteCopy.length !== remote.length) this.#remoteCopy = new Int16Array(remote.length);
    this.#remoteCopy.set(remote);
  }

  /** The source whose turn it is: what is being played, else the echo, else the application's output. */
  #fill(local: Int16Array, remote: Int16Array, sampleRate: number): void {
    const playback = this.#playback;
    if (playback && !playback.ended && playback.read(local, sampleRate)) return;
    this.#playback = undefined;
    if (this.#echo) return local.set(remote);
    local.fill(0, this.output.read(local, sampleRate));
  }

  #applyVolume(): void {
    this.#microphone ??= new Gain();
    this.#speaker ??= new Gain();
    this.#microphone.value = this.microphoneMuted ? 0 : this.#volume.microphone;
    this.#speaker.value = this.speakerMuted ? 0 : this.#volume.speaker;
  }

  async #opened(): Promise<RtpStream> {
    if (this.#closing) throw new MediaError("MEDIA_SESSION_CLOSED", "The media session is closed");
    return (this.#opening ??= this.#openStream(this.#parts.options.localAddress));
  }

  async #openStream(localAddress: string): Promise<RtpStream> {
    const { environment, scheduler, scratch, ports, codecs, options, user } = this.#parts;
    const parts = { environment, scheduler, scratch, codecs, options, user, session: this };
    const stream = await RtpStream.open(parts, { localAddress, ports });
    this.#stream = stream;
    const pending = this.#pending;
    if (pending) stream.configure(pending.media, pending.held, pending.isTranslated);
    this.#pending = undefined;
    return stream;
  }

  async #close(): Promise<void> {
    this.#playback?.stop();
    this.output.close();
    for (const reader of this.#readers) reader.close();
    // A stream that is being opened is closed as soon as it is.
    const opened = await this.#opening?.catch(() => undefined);
    this.#stream?.close();
    this.#lastStatistics = this.#stream?.statistics();
    this.#dtmf?.abandon();
    await Promise.all(this.#recordings.map((recording) => recording.stop()));
    await opened?.transport.close();
    this.#parts.onClosed(this);
  }
}

function without<Item>(items: readonly Item[], gone: Item): readonly Item[] {
  return items.filter((item) => item !== gone);
}
