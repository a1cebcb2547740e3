import type { PublicAddressOutcome } from "@sidetone/media-transport";
import type { NegotiatedMedia } from "@sidetone/sdp-core";
import type { AudioSource } from "../players/audio-source.ts";
import type { PcmOutput } from "../players/pcm-output.ts";
import type { AudioInput, AudioInputOptions } from "./audio-input.ts";
import type { MediaQuality, MediaStatistics } from "./media-statistics.ts";
import type { Playback } from "./playback.ts";
import type { Recording, RecordingOptions } from "./recording.ts";

/** Takes what happens in a {@link MediaSession}. Methods run synchronously on the media thread and must not throw. */
export interface MediaSessionUser {
  /** A key press of the peer ended (RFC 4733): once per press, however many packets were lost or repeated. */
  onDtmf(press: DtmfPress): void;
  /** Once a second while media is configured. */
  onQuality(quality: MediaQuality): void;
  /** The first RTP packet that was heard, and the first after a media time-out. */
  onMediaActive(): void;
  /** Nothing was heard for `mediaTimeoutMs` although the peer may send. Once until media is heard again; never while held. */
  onMediaTimeout(idleMs: number): void;
  /** Something failed that the call can live without: a socket error, a recording that could not be written. */
  onMediaError(error: Error): void;
}

export interface DtmfPress {
  /** One of `0`–`9`, `*`, `#`, `A`–`D`. */
  readonly digit: string;
  readonly durationMs: number;
}

export interface MediaSessionOptions {
  /** Numeric local address to bind; a wildcard binds all, and the session description must then name another. */
  localAddress: string;
  /** Encoding names in order of preference. Default: all codecs of the engine. */
  codecs?: readonly string[];
  /** Packet time sent when the peer asks for none: a multiple of 10, 10 to 60. Default 20. */
  ptimeMs?: number;
  /** Whether to send and receive telephone-event. Default true. */
  dtmf?: boolean;
  /** Without anything heard for this long, `onMediaTimeout` runs. Default 0: never. */
  mediaTimeoutMs?: number;
  /**
   * Longest time without a packet on the RTP port while none may be sent (`recvonly`): a STUN indication then keeps the bindings of NATs open
   * (RFC 6263). Where the stream is `inactive`, only behind a known NAT. Default 15,000; 0: never.
   */
  keepAliveMs?: number;
  /** Canonical name in RTCP SDES (RFC 3550 §6.5.1). Default: a random one (RFC 7022). */
  cname?: string;
}

/** Where a session receives, as its description says it. */
export interface LocalMediaAddress {
  readonly address: string;
  readonly rtpPort: number;
  readonly rtcpPort: number;
}

/**
 * The audio of one call: RTP and RTCP ports, jitter buffer, decoding, the audio graph, encoding, digits, statistics.
 * It knows nothing of SIP. All methods may be called in any order; what cannot work says so with a {@link MediaError}.
 */
export interface MediaSession {
  /** Binds the ports. Repeated calls give the same address. Rejects with `MEDIA_PORTS_EXHAUSTED` or a network error. */
  open(): Promise<LocalMediaAddress>;
  /**
   * Binds ports of another local address in place of those that there are, as when the machine has lost theirs, and tells where it receives
   * from now on. Sending goes on there: SSRC, sequence numbers, timestamps and timing continue, and so do recordings, players and digits.
   * Rejects like {@link open}; nothing has changed then.
   */
  rebind(localAddress: string): Promise<LocalMediaAddress>;
  /**
   * Under which address the world sees the ports (RFC 8489): asks STUN servers, from the ports themselves, for 1.5 s at most. What was found
   * out is remembered for all sessions of the engine: see {@link MediaEngine.forgetPublicAddresses}. Rejects as `open` does.
   *
   * @param stunServers `host` or `host:port` over UDP, in order of preference.
   */
  findPublicAddress(stunServers: readonly string[]): Promise<PublicAddressOutcome>;
  /**
   * Takes the outcome of an offer/answer exchange, and again of each later one: addresses, codecs, payload types, packet time, direction.
   * Timestamps and SSRC go on. `undefined` stops sending and receiving (the stream was refused).
   *
   * @param options.held this side has put the peer on hold, who then hears silence, whatever plays. The direction does not tell: `sendonly`
   *   is also the answer to a peer who only wants to listen.
   * @param options.isTranslated our description named another address than the one bound: there is a NAT.
   */
  configure(media: NegotiatedMedia | undefined, options?: { held?: boolean; isTranslated?: boolean }): void;

  /** Plays `source` to the peer in place of `output` until it ends or is stopped; a later call replaces an earlier one. */
  play(source: AudioSource): Playback;
  /** PCM written by the application: what the peer hears while nothing plays. */
  readonly output: PcmOutput;
  /** A new, independent reader of what the peer says. */
  openInput(options?: AudioInputOptions): AudioInput;
  /** Records both directions to a WAV file. Rejects with `MEDIA_RECORDING_FAILED` when it cannot be created. */
  record(path: string, options?: RecordingOptions): Promise<Recording>;
  /** Sends back what is received, decoded and encoded again, in place of `output`. */
  setEcho(enabled: boolean): void;

  /** Muted, silence is sent; packets go on, so timing and NAT bindings hold. */
  setMicrophoneMuted(muted: boolean): void;
  /** Muted, what is received is silence for every reader and for the echo; it is still counted. Recordings keep what was said. */
  setSpeakerMuted(muted: boolean): void;
  /** Linear gains, 0 to 4, default 1. */
  setVolume(volume: { microphone?: number; speaker?: number }): void;
  readonly microphoneMuted: boolean;
  readonly speakerMuted: boolean;

  /**
   * Sends digits as telephone-events (RFC 4733), one after the other; resolves when the last has been sent, false when the session closed first.
   * Throws `MEDIA_DTMF_NOT_NEGOTIATED` or `MEDIA_OPTION_INVALID` (not one of `0-9*#A-D`).
   */
  sendDtmf(digits: string, options?: { durationMs?: number; gapMs?: number }): Promise<boolean>;

  /** The last snapshot, at most a second old; undefined until there is one. */
  readonly quality: MediaQuality | undefined;
  /** Counters as they stand. */
  statistics(): MediaStatistics;
  /** Sends RTCP BYE, ends players, readers and recordings, frees the ports. Idempotent; never rejects. */
  close(): Promise<void>;
}
