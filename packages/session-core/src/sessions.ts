import type { DialogUsage, IncomingInvite, InviteOptions, Refusal, UserAgentCore, UserAgentUser } from "@sidetone/dialog-core";
import { TurnoverMap, type Environment } from "@sidetone/infra-common";
import type { SipRequest } from "@sidetone/sip-core";
import { mintCallId } from "./call-id.ts";
import { IncomingSession } from "./incoming-session.ts";
import type { ExternalMedia } from "./negotiation/external-audio.ts";
import { OutgoingSession } from "./outgoing-session.ts";
import { externalAudio, localAudio, type NegotiatedAudio, type NatOptions, type SessionAudioOptions } from "./session-audio.ts";
import type { Session, SessionParts } from "./session.ts";
import { SessionError } from "./session-error.ts";

export interface SessionsOptions {
  /** Media is made here. Left out: external media, the application makes the descriptions. */
  readonly audio?: SessionAudioOptions;
  /** See {@link Sessions.codecs}. */
  readonly codecs?: readonly string[] | undefined;
  /** With external media: makes the descriptions of calls that bring no maker of their own. */
  readonly external?: ExternalMedia;
  /** Sessions at the same time, both directions; further calls are refused with 486, or `SESSION_LIMIT`. Default: no limit. */
  readonly maxSessions?: number;
  /** Longest time that an incoming call may stay undecided, in seconds; then 480. 0: no limit. Default 180. */
  readonly incomingRingSeconds?: number;
  /** Longest time from the answer to the end of a call, in seconds; then BYE. Default 0: no limit. */
  readonly maxDurationSeconds?: number;
  /** Makes the signalling beneath: `(user) => createUserAgentCore(environment, transports, { ...options, user })`. */
  readonly createCore: (user: UserAgentUser) => UserAgentCore;
}

/** The account that is called. */
export interface CalledAccount {
  readonly id: string;
  /** Encoding names of its calls, in order of preference; undefined: those of the sessions. */
  readonly codecs?: readonly string[] | undefined;
  readonly nat?: NatOptions | undefined;
}

/** The layer above. */
export interface SessionsUser extends Pick<UserAgentUser, "admit" | "authenticate" | "isKnownPeer"> {
  /** Whom an INVITE is for; asked before {@link onIncoming}. Without it: nobody in particular. */
  accountOf?(request: SipRequest): CalledAccount;
  /** A call came in; decide now or later. It sets `session.user` to hear of it. */
  onIncoming(session: IncomingSession): void;
}

export interface DialOptions {
  readonly invite: InviteOptions;
  /** Called once, when the call is certain to be made and before anything happens to it: sets `session.user`. */
  readonly onDialled: (session: OutgoingSession) => void;
  /** Encoding names for this call, in order of preference. */
  readonly codecs?: readonly string[];
  /** With external media: how this call's descriptions are made. */
  readonly external?: ExternalMedia;
  /** With external media: the first offer. */
  readonly sdp?: string;
  /** Longest time to the answer, in seconds; then CANCEL. 0: no limit. Default 60. */
  readonly ringTimeoutSeconds?: number;
  /** Host of the peer or its proxy, to choose the local media address with. */
  readonly peerHost?: string;
  readonly nat?: NatOptions | undefined;
}

const defaultRingTimeoutSeconds = 60;
const defaultIncomingRingSeconds = 180;
const noExternalMedia: ExternalMedia = {};
const noNat: NatOptions = {};

/** All sessions of one user agent: makes them, knows them, ends them. */
export class Sessions {
  readonly core: UserAgentCore;
  readonly environment: Environment;
  /** Encoding names of calls that name none, in order of preference; undefined: all of the engine. May change between calls. */
  codecs: readonly string[] | undefined;
  readonly #options: SessionsOptions;
  readonly #user: SessionsUser;
  readonly #sessions = new TurnoverMap<string, Session>();
  /** Sessions that ended and whose ports are being freed. */
  readonly #leaving = new Set<Promise<void>>();
  readonly #release = (session: Session): void => this.#forget(session);
  #closing: Promise<void> | undefined;
  /** Wakes `close` when the last session has left. */
  #onEmpty: (() => void) | undefined;

  constructor(environment: Environment, options: SessionsOptions, user: SessionsUser) {
    this.environment = environment;
    this.#options = options;
    this.#user = user;
    this.codecs = options.codecs;
    this.core = options.createCore({
      onInvite: (invite) => this.#onInvite(invite),
      isBusy: () => this.#isFull,
      admit: (request, flow, usage) => user.admit?.(request, flow, usage) ?? this.#admit(request.method, usage),
      ...(user.authenticate && { authenticate: user.authenticate }),
      ...(user.isKnownPeer && { isKnownPeer: user.isKnownPeer }),
    });
  }

  /** Whether media is made here; otherwise the application makes the descriptions. */
  get makesAudio(): boolean {
    return this.#options.audio !== undefined;
  }

  /** Sessions that have not ended, in the order they began. */
  get all(): readonly Session[] {
    return this.#sessions.values();
  }

  get size(): number {
    return this.#sessions.size;
  }

  /**
   * Makes a call. Nothing remains of one that throws.
   *
   * @throws {SessionError} `SESSION_LIMIT`, `SESSION_CLOSED`, `SESSION_CODEC`.
   * @throws {DialogError} `DIALOG_OPTION` when an address cannot be written.
   */
  dial(options: DialOptions): OutgoingSession {
    if (this.#closing) throw new SessionError("SESSION_CLOSED", "The sessions have been closed");
    if (this.#isFull) throw new SessionError("SESSION_LIMIT", `${this.#sessions.size} calls are open, which is the limit set`);
    const session = new OutgoingSession(this.#newParts());
    const { audio, negotiator } = this.#audioOf(session, options);
    session.dial(this.core, options.invite, audio, negotiator, options.ringTimeoutSeconds ?? defaultRingTimeoutSeconds);
    this.#sessions.set(session.id, session);
    options.onDialled(session);
    return session;
  }

  /**
   * Ends every session as its phase asks and waits, at most `waitMs`, for the peers, and for `meanwhile`; then drops what is left.
   * Idempotent; never rejects.
   */
  close(waitMs: number, meanwhile?: Promise<void>): Promise<void> {
    return (this.#closing ??= this.#close(waitMs, meanwhile));
  }

  async #close(waitMs: number, meanwhile: Promise<void> | undefined): Promise<void> {
    for (const session of this.all) session.terminate({ intent: "Closed", statusCode: 480 });
    if (this.#sessions.size > 0 && waitMs > 0) await this.#emptyWithin(waitMs);
    await meanwhile;
    await this.core.close();
    await Promise.all(this.#leaving);
  }

  /** Who calls while nobody can take it is refused before anything is kept of the call. */
  #admit(method: string, usage: DialogUsage | undefined): Refusal | undefined {
    return this.#isFull && method === "INVITE" && !usage ? { statusCode: 486 } : undefined;
  }

  #onInvite(invite: IncomingInvite): void {
    if (this.#closing) return invite.reject(480);
    if (this.#isFull) return invite.reject(486);
    const session = new IncomingSession(this.#newParts(), invite);
    const account = this.#user.accountOf?.(invite.request);
    invite.accountId = account?.id;
    const { audio, negotiator } = this.#audioOf(session, {
      nat: account?.nat,
      ...(account?.codecs ? { codecs: account.codecs } : {}),
    });
    this.#sessions.set(session.id, session);
    session.take(audio, negotiator, this.#options.incomingRingSeconds ?? defaultIncomingRingSeconds);
    this.#user.onIncoming(session);
  }

  get #isFull(): boolean {
    return this.#sessions.size >= (this.#options.maxSessions ?? Infinity);
  }

  #newParts(): SessionParts {
    const { environment } = this;
    return {
      id: mintCallId(environment.random),
      environment,
      maxDurationSeconds: this.#options.maxDurationSeconds ?? 0,
      release: this.#release,
    };
  }

  #audioOf(
    session: Session,
    { codecs, external, sdp, peerHost, nat }: Pick<DialOptions, "codecs" | "external" | "sdp" | "peerHost" | "nat">,
  ): NegotiatedAudio {
    const { audio } = this.#options;
    if (!audio) return externalAudio(session, external ?? this.#options.external ?? noExternalMedia, sdp);
    return localAudio(session, audio, codecs ?? this.codecs, peerHost, nat ?? noNat);
  }

  #forget(session: Session): void {
    this.#sessions.delete(session.id);
    if (session.media) {
      const leaving = session.released().finally(() => this.#leaving.delete(leaving));
      this.#leaving.add(leaving);
    }
    if (this.#sessions.size === 0) this.#onEmpty?.();
  }

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
