import type { Environment } from "@sidetone/infra-common";
import type { IncomingInvite, IncomingRequest, InviteOptions, MediaNegotiator, UserAgentCore, UserAgentUser } from "@sidetone/dialog-core";
import type { MediaEngine, MediaSession } from "@sidetone/media-core";
import { mintCallId } from "./call-id.ts";
import { IncomingSession } from "./incoming-session.ts";
import { ExternalNegotiator, type ExternalMedia } from "./negotiation/external-negotiator.ts";
import { LocalAudio } from "./negotiation/local-audio.ts";
import { SdpNegotiator } from "./negotiation/sdp-negotiator.ts";
import { OutgoingSession } from "./outgoing-session.ts";
import type { Session } from "./session.ts";
import { SessionError } from "./session-error.ts";
import type { SessionUser } from "./session-user.ts";

/** How the audio of sessions is made and described. */
export interface SessionAudioOptions {
  readonly engine: MediaEngine;
  /** Numeric local address to bind RTP to; a wildcard is allowed. */
  readonly bindAddress: string;
  /** Address to write into session descriptions. Default: the bound one, or for a wildcard the one that reaches the peer. */
  readonly advertisedAddress?: string;
  /** Encoding names in order of preference. Default: all of the engine. */
  readonly codecs?: readonly string[];
  readonly dtmf?: boolean;
  readonly ptimeMs?: number;
  /** Further attributes of the audio stream, without `a=`. */
  readonly attributes?: readonly string[];
  /** Ends a call after this long without anything heard; 0, the default: never. */
  readonly mediaTimeoutMs?: number;
}

export interface SessionsOptions {
  /** `audio`: media is made here. Left out: external media, the application makes the descriptions. */
  readonly audio?: SessionAudioOptions;
  /** Default description maker of external media, for calls that bring none. */
  readonly external?: ExternalMedia;
  /** Sessions at the same time, both directions; further calls are refused with 486, or `SESSION_LIMIT`. Default: no limit. */
  readonly maxSessions?: number;
  /** Longest time that an incoming call may stay undecided, in seconds; then 480. Default 180. */
  readonly incomingRingSeconds?: number;
  /** Makes the signalling beneath: `(user) => createUserAgentCore(environment, transports, { ...options, user })`. */
  readonly createCore: (user: UserAgentUser) => UserAgentCore;
}

/** The layer above. */
export interface SessionsUser {
  /** A call came in; decide now or later. Sets `session.user` to hear of it. */
  onIncoming(session: IncomingSession): void;
  onRequest?(request: IncomingRequest): void;
}

export interface DialOptions {
  readonly invite: InviteOptions;
  /** Called before the INVITE is made. */
  readonly createUser: (session: OutgoingSession) => SessionUser;
  /** Encoding names for this call. */
  readonly codecs?: readonly string[];
  /** Descriptions for this call, with external media. */
  readonly external?: ExternalMedia;
  /** The initial offer, with external media. */
  readonly sdp?: string;
  /** Longest time to the answer, in seconds; then CANCEL. 0: no limit. Default 60. */
  readonly ringTimeoutSeconds?: number;
  /** Host of the peer or its proxy, to choose the local media address with. */
  readonly peerAddress?: string;
}

const nobody: SessionUser = {};
const anyExternal: ExternalMedia = {};

/** All sessions of one user agent: makes them, knows them, ends them. */
export class Sessions {
  readonly core: UserAgentCore;
  readonly environment: Environment;
  readonly #options: SessionsOptions;
  readonly #user: SessionsUser;
  readonly #sessions = new Map<string, Session>();
  /** Sessions that ended and whose ports are being freed. */
  readonly #leaving = new Set<Promise<void>>();
  readonly #release = (session: Session): void => this.#forget(session);

  constructor(environment: Environment, options: SessionsOptions, user: SessionsUser) {
    this.environment = environment;
    this.#options = options;
    this.#user = user;
    this.core = options.createCore({ onInvite: (invite) => this.#onInvite(invite), onRequest: (request) => this.#onRequest(request) });
  }

  /** Sessions that have not ended, in the order they began. */
  get all(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Makes a call. @throws {SessionError} `SESSION_LIMIT`. */
  dial(options: DialOptions): OutgoingSession {
    if (this.#isFull()) throw new SessionError("SESSION_LIMIT", `${this.#sessions.size} calls are open, which is the limit set`);
    const session = new OutgoingSession({
      id: mintCallId(this.environment.random),
      environment: this.environment,
      user: nobody,
      release: this.#release,
      core: this.core,
      invite: options.invite,
      ringTimeoutSeconds: options.ringTimeoutSeconds ?? 60,
    });
    session.user = options.createUser(session);
    this.#sessions.set(session.id, session);
    session.dial(this.#negotiatorFor(session, options));
    return session;
  }

  /** Ends every session as its phase asks and waits, at most `waitMs`, for the peers; then closes what is left. */
  async close(waitMs: number): Promise<void> {
    for (const session of this.all) session.terminate({ intent: "Closed", statusCode: 480 });
    if (this.#sessions.size > 0 && waitMs > 0) await this.#emptyWithin(waitMs);
    await this.core.close();
    await Promise.all(this.#leaving);
  }

  #onInvite(invite: IncomingInvite): void {
    if (this.#isFull()) return invite.reject(486);
    const parts = { id: mintCallId(this.environment.random), environment: this.environment, user: nobody, release: this.#release, invite };
    const session = new IncomingSession(parts);
    this.#sessions.set(session.id, session);
    session.ringFor(this.#options.incomingRingSeconds ?? 180);
    session.attach(this.#negotiatorFor(session, {}));
    this.#user.onIncoming(session);
  }

  #onRequest(request: IncomingRequest): void {
    if (this.#user.onRequest) this.#user.onRequest(request);
    else request.respond(405);
  }

  #isFull(): boolean {
    return this.#sessions.size >= (this.#options.maxSessions ?? Infinity);
  }

  #negotiatorFor(session: Session, options: Pick<DialOptions, "codecs" | "external" | "sdp" | "peerAddress">): MediaNegotiator {
    const { audio } = this.#options;
    if (!audio) {
      const negotiator = new ExternalNegotiator(options.external ?? this.#options.external ?? anyExternal);
      negotiator.prepare(options.sdp);
      return negotiator;
    }
    const names = options.codecs ?? audio.codecs;
    const local = new LocalAudio({
      environment: this.environment,
      openMedia: () => (session.media ??= openMedia(session, audio, names)),
      codecs: selectCodecs(audio.engine, names),
      advertisedAddress: audio.advertisedAddress,
      peerAddress: options.peerAddress,
      dtmf: audio.dtmf ?? true,
      ptimeMs: audio.ptimeMs,
      attributes: audio.attributes ?? [],
    });
    return new SdpNegotiator(local, (media) => session.onNegotiated(media));
  }

  #forget(session: Session): void {
    this.#sessions.delete(session.id);
    const leaving = session.released().finally(() => {
      this.#leaving.delete(leaving);
      if (this.#sessions.size === 0) this.#onEmpty?.();
    });
    this.#leaving.add(leaving);
  }

  #onEmpty: (() => void) | undefined;

  #emptyWithin(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.environment.clock.setTimer(waitMs, () => resolve());
      this.#onEmpty = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}

function openMedia(session: Session, audio: SessionAudioOptions, codecs: readonly string[] | undefined): MediaSession {
  const { bindAddress, ptimeMs, dtmf, mediaTimeoutMs } = audio;
  return audio.engine.createSession(
    {
      localAddress: bindAddress,
      ...(codecs ? { codecs } : {}),
      ...(ptimeMs === undefined ? {} : { ptimeMs }),
      ...(dtmf === undefined ? {} : { dtmf }),
      ...(mediaTimeoutMs === undefined ? {} : { mediaTimeoutMs }),
    },
    session,
  );
}

/** The codecs of these names, in their order. @throws {SessionError} `SESSION_MEDIA` for a name that the engine does not know. */
function selectCodecs({ codecs }: MediaEngine, names: readonly string[] | undefined): typeof codecs.codecs {
  if (!names) return codecs.codecs;
  return names.map((name) => {
    const codec = codecs.find(name);
    if (!codec)
      throw new SessionError(
        "SESSION_MEDIA",
        `No codec ${JSON.stringify(name)} here; there are ${codecs.codecs.map(({ encodingName }) => encodingName).join(", ")}`,
      );
    return codec;
  });
}
