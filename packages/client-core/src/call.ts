import { BoundedQueue, onAbort, TypedEmitter } from "@sidetone/infra-common";
import type { HeaderInput, SipResponse } from "@sidetone/sip-core";
import type {
  AudioSource,
  DtmfPress,
  MediaQuality,
  MediaSession,
  MediaStatistics,
  PlaybackEnd,
  Recording,
  RecordingOptions,
} from "@sidetone/media-core";
import type { CallId, HoldableNegotiator, Session, SessionHold, SessionPhase } from "@sidetone/session-core";
import { changeHold, ExternalNegotiator, modificationError } from "@sidetone/session-core";
import type { Account } from "./account.ts";
import { CallAudio } from "./call-audio.ts";
import type { CallEnded } from "./call-end.ts";
import type { CallEvents } from "./call-events.ts";
import { ClientError } from "./client-error.ts";
import { openAudioSource, type PlayOptions } from "./play.ts";
import type { RemoteParty } from "./remote-party.ts";
import { wrapError } from "./wrap-error.ts";

const dtmfCapacity = 64;
/** How long the disposal of a call waits for the answer to its BYE. */
const disposalWaitMs = 2000;

/**
 * One call, from its first INVITE to its end; the same object while it rings and after the answer.
 *
 * `await using call = …` hangs up at the end of the block. All its iterables end when the call ends.
 */
export class Call extends TypedEmitter<CallEvents> implements AsyncDisposable {
  /** Names this call within the process; not the SIP Call-ID. */
  readonly id: CallId;
  readonly direction: "outgoing" | "incoming";
  readonly remote: RemoteParty;
  readonly account: Account;
  /** Frozen at the end of the call. */
  end: CallEnded | undefined;
  readonly #session: Session;
  #ended: PromiseWithResolvers<CallEnded> | undefined;
  #dtmf: BoundedQueue<DtmfPress> | undefined;
  #audio: CallAudio | undefined;

  /** @internal Calls are made by a Client. */
  constructor(session: Session, remote: RemoteParty, account: Account) {
    super(session.environment.onListenerError);
    this.id = session.id;
    this.direction = session.direction;
    this.remote = remote;
    this.account = account;
    this.#session = session;
  }

  get sipCallId(): string {
    return this.#session.sipCallId;
  }

  get phase(): SessionPhase {
    return this.#session.phase;
  }

  /** Who holds. `hold()` and `resume()` change `local`. */
  get holding(): SessionHold {
    return this.#session.hold;
  }

  /** Resolves at the end of the call, however it ends. Never rejects. */
  get ended(): Promise<CallEnded> {
    if (this.end) return Promise.resolve(this.end);
    return (this.#ended ??= withResolvers<CallEnded>()).promise;
  }

  /** When the INVITE was made or came, on the client's clock. */
  get startedAtMs(): number {
    return this.#session.startedAtMs;
  }

  get connectedAtMs(): number | undefined {
    return this.#session.connectedAtMs;
  }

  /** Time since the answer, in milliseconds; 0 before it. */
  get durationMs(): number {
    const { connectedAtMs, endedAtMs, environment } = this.#session;
    return connectedAtMs === undefined ? 0 : (endedAtMs ?? environment.clock.now()) - connectedAtMs;
  }

  /** Encoding name of the codec in use. */
  get codec(): string | undefined {
    return this.#session.negotiated?.sendCodecs[0]?.encodingName;
  }

  /** What was measured in the last second; undefined until it was. */
  get quality(): MediaQuality | undefined {
    return this.#session.media?.quality;
  }

  /** Counters as they stand; undefined without audio here. */
  statistics(): MediaStatistics | undefined {
    return this.end?.statistics ?? this.#session.media?.statistics();
  }

  /** With external media: the peer's session description. */
  get remoteSdp(): string | undefined {
    const { negotiator } = this.#session;
    return negotiator instanceof ExternalNegotiator ? negotiator.remoteDescription : undefined;
  }

  /**
   * Ends the call: BYE when it is answered, CANCEL or a refusal before. Resolves when it has ended, which waits for the peer's answer as long
   * as SIP does (32 s at most). Idempotent.
   *
   * @param options.statusCode for an incoming call that was not answered. Default 480.
   */
  async hangUp(options: { statusCode?: number; reasonPhrase?: string; headers?: readonly HeaderInput[] } = {}): Promise<CallEnded> {
    this.#session.terminate({ ...options, ...(this.phase === "Connected" ? { intent: "HungUp" } : {}) });
    return this.ended;
  }

  /** Puts the peer on hold: a re-INVITE with `a=sendonly` (RFC 3264 §8.4). Rejects with `CALL_MODIFICATION_REFUSED`; all is then as before. */
  hold(): Promise<void> {
    return this.#changeHold(true);
  }

  /** Takes the peer off hold. */
  resume(): Promise<void> {
    return this.#changeHold(false);
  }

  /** With external media: offers `sdp` to the peer in a re-INVITE. Rejects with `CALL_MODIFICATION_REFUSED`. */
  async modify(options: { sdp: string }): Promise<void> {
    const negotiator = this.#session.negotiator as Partial<ExternalNegotiator>;
    if (!(negotiator instanceof ExternalNegotiator))
      throw new ClientError("CALL_STATE_INVALID", "The call makes its own session descriptions; modify() is for external media");
    negotiator.prepare(options.sdp);
    try {
      await this.#session.usage.modify("modify");
    } catch (error) {
      negotiator.prepare(undefined);
      throw wrapError(modificationError(error, "change the session"), "re-INVITE");
    }
  }

  /** Sends silence in place of everything said or played; packets go on. */
  mute(): void {
    this.#setMuted(true);
  }

  unmute(): void {
    this.#setMuted(false);
  }

  /** Makes what is received silent for every reader; it is still counted. */
  setSpeakerMuted(muted: boolean): void {
    this.#media().setSpeakerMuted(muted);
    this.#emitMute();
  }

  get muted(): { readonly microphone: boolean; readonly speaker: boolean } {
    const media = this.#session.media;
    return { microphone: media?.microphoneMuted ?? false, speaker: media?.speakerMuted ?? false };
  }

  /** Linear gains, 0 to 4; 1 leaves the audio as it is. */
  setVolume(volume: { microphone?: number; speaker?: number }): void {
    this.#run("volume", (media) => media.setVolume(volume));
  }

  /** The audio as data. */
  get audio(): CallAudio {
    return (this.#audio ??= new CallAudio(() => this.#media()));
  }

  /** The peer's key presses from the answer on, up to 64 unread; one reader. Ends with the call. */
  get dtmf(): AsyncIterable<DtmfPress> {
    return this.#digits();
  }

  /**
   * Sends key presses as telephone-events (RFC 4733), one after the other; resolves when the last has been sent.
   *
   * @param digits of `0123456789*#ABCD`. Rejects with `CONFIG_INVALID` for others, with `MEDIA_NOT_AVAILABLE` when the peer takes no events.
   * @param options.durationMs of each press, 100 by default; options.gapMs between presses, 70 by default.
   */
  async sendDtmf(digits: string, options: { durationMs?: number; gapMs?: number } = {}): Promise<void> {
    const sent = await this.#run("DTMF", (media) => media.sendDtmf(digits, options));
    if (!sent) throw new ClientError("CALL_ENDED", "The call ended before all digits were sent");
    this.emit("dtmfSent", { digits });
  }

  /**
   * Plays a WAV file or a source to the peer, in place of `audio.out`; a later `play` replaces an earlier one.
   * Resolves at its end: `completed` is false when it was replaced or the call ended.
   *
   * @throws {ClientError} `MEDIA_FILE_UNUSABLE`; `signal.reason` when aborted, which also stops the playing.
   */
  async play(source: string | AudioSource, options: PlayOptions = {}): Promise<PlaybackEnd> {
    options.signal?.throwIfAborted();
    this.#media();
    const opened = await this.#guard("play", () => openAudioSource(source, options));
    const playback = this.#run("play", (media) => media.play(opened));
    const forgetSignal = onAbort(options.signal, () => playback.stop());
    try {
      const end = await this.#guard("play", () => playback.finished);
      options.signal?.throwIfAborted();
      return end;
    } finally {
      forgetSignal();
    }
  }

  /** Records both directions to a WAV file until `stop()` or the end of the call. The file is valid at every moment. */
  record(path: string, options: RecordingOptions = {}): Promise<Recording> {
    return this.#guard("record", () => this.#media().record(path, options));
  }

  /** Sends what is received back to the peer. */
  setEcho(enabled: boolean): void {
    this.#run("echo", (media) => media.setEcho(enabled));
  }

  /** A request within the call's dialog, for example INFO. Any final response resolves. */
  request(options: {
    method: string;
    headers?: readonly HeaderInput[];
    body?: { contentType: string; content: Uint8Array };
  }): Promise<SipResponse> {
    return this.#guard(options.method, () => this.#session.usage.sendRequest(options));
  }

  /** Hangs up and waits at most 2 s for the peer. Never throws. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.end) return this.#session.released();
    const hungUp = this.hangUp();
    await new Promise<void>((resolve) => {
      const timer = this.#session.environment.clock.setTimer(disposalWaitMs, () => resolve());
      void hungUp.finally(() => {
        timer.cancel();
        resolve();
      });
    });
    await this.#session.released();
  }

  /** @internal What the client hears from the session, told to the listeners. */
  report<Name extends keyof CallEvents>(name: Name, payload: CallEvents[Name]): void {
    this.emit(name, payload);
  }

  /** @internal */
  reportDtmf(press: DtmfPress): void {
    if (this.phase === "Connected") this.#digits().push(press);
    this.emit("dtmfReceived", press);
  }

  /** @internal Exactly once, last. */
  reportEnded(end: CallEnded): void {
    this.end = end;
    this.#dtmf?.end();
    this.emit("ended", end);
    this.#ended?.resolve(end);
    this.#ended = undefined;
  }

  #digits(): BoundedQueue<DtmfPress> {
    if (!this.#dtmf) {
      this.#dtmf = new BoundedQueue<DtmfPress>({ capacity: dtmfCapacity, whenFull: "dropOldest" });
      if (this.end) this.#dtmf.end();
    }
    return this.#dtmf;
  }

  #setMuted(muted: boolean): void {
    this.#media().setMicrophoneMuted(muted);
    this.#emitMute();
  }

  #emitMute(): void {
    this.emit("muteChanged", this.muted);
  }

  async #changeHold(held: boolean): Promise<void> {
    const negotiator = this.#session.negotiator as Partial<HoldableNegotiator>;
    if (!negotiator.wantHold) {
      throw new ClientError("MEDIA_NOT_AVAILABLE", "With external media, hold by offering sendonly: call.modify({ sdp })");
    }
    await this.#guard(held ? "hold" : "resume", () => changeHold(this.#session, negotiator as HoldableNegotiator, held));
  }

  #media(): MediaSession {
    return this.#run("audio", (media) => media);
  }

  /** Runs `what` on the media; lower errors come out as ClientError. */
  #run<Result>(what: string, use: (media: MediaSession) => Result): Result {
    try {
      return use(this.#session.requireMedia());
    } catch (error) {
      throw wrapError(error, what);
    }
  }

  async #guard<Result>(what: string, use: () => Result | Promise<Result>): Promise<Result> {
    try {
      return await use();
    } catch (error) {
      throw wrapError(error, what);
    }
  }
}

interface PromiseWithResolvers<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
}

/** Promise.withResolvers is not in Node 20. */
function withResolvers<Value>(): PromiseWithResolvers<Value> {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((settle) => (resolve = settle));
  return { promise, resolve };
}
