import { TableMachine, type Environment, type Timer } from "@sidetone/infra-common";
import type { HeaderInput, SipResponse } from "@sidetone/sip-core";
import type { Dialog, InviteTermination, InviteUsage, InviteUsageUser, MediaNegotiator } from "@sidetone/dialog-core";
import type { DtmfPress, MediaQuality, MediaSession, MediaSessionUser } from "@sidetone/media-core";
import type { NegotiatedMedia } from "@sidetone/sdp-core";
import type { CallId } from "./call-id.ts";
import { contactsOf } from "./redirection.ts";
import { sessionEnd, type SessionEnd, type SessionEndCause } from "./session-end.ts";
import { SessionError } from "./session-error.ts";
import { sessionPhaseTable, type SessionPhase, type SessionPhaseAction, type SessionPhaseInput } from "./session-phase-table.ts";
import type { SessionHold, SessionUser } from "./session-user.ts";

const actions: Record<SessionPhaseAction, (session: Session) => void> = {
  announce: (session) => session.announcePhase(),
  finish: (session) => session.finish(),
};

const notHeld: SessionHold = { local: false, remote: false };

/** What a session is made of; the two directions fill it differently. */
export interface SessionParts {
  readonly id: CallId;
  readonly environment: Environment;
  readonly user: SessionUser;
  /** Called once when the session is over, before its user hears of it. */
  readonly release: (session: Session) => void;
}

/**
 * One call: an INVITE usage (signalling) and a media session, joined by a {@link MediaNegotiator}.
 *
 * What happens is told to one {@link SessionUser}; what is asked for returns a promise. Answering and dialling live in the two subclasses,
 * hold in `hold.ts`.
 */
export abstract class Session
  extends TableMachine<SessionPhase, SessionPhaseInput, SessionPhaseAction, undefined>
  implements InviteUsageUser, MediaSessionUser
{
  readonly id: CallId;
  readonly environment: Environment;
  /** May be replaced by the layer above, before anything happens. */
  user: SessionUser;
  /** When the INVITE was made or came, on the environment's clock. */
  readonly startedAtMs: number;
  connectedAtMs: number | undefined;
  endedAtMs: number | undefined;
  /** The call's audio; undefined with external media, before a callee decides, and where the peer refused the stream. */
  media: MediaSession | undefined;
  negotiated: NegotiatedMedia | undefined;
  end: SessionEnd | undefined;
  hold: SessionHold = notHeld;
  #phase: SessionPhase = "Initiating";
  #intent: SessionEndCause | undefined;
  #contacts: readonly string[] = [];
  #ringTimer: Timer | undefined;
  #mediaClosed: Promise<void> | undefined;
  readonly #release: (session: Session) => void;

  constructor(parts: SessionParts) {
    super("Initiating");
    this.id = parts.id;
    this.environment = parts.environment;
    this.user = parts.user;
    this.#release = parts.release;
    this.startedAtMs = parts.environment.clock.now();
  }

  abstract readonly direction: "outgoing" | "incoming";
  /** The INVITE usage beneath. */
  abstract readonly usage: InviteUsage;
  /** Takes part in every offer/answer exchange of the session. */
  abstract readonly negotiator: MediaNegotiator;

  protected get table(): typeof sessionPhaseTable {
    return sessionPhaseTable;
  }

  protected get actions(): typeof actions {
    return actions;
  }

  get phase(): SessionPhase {
    return this.state;
  }

  get sipCallId(): string {
    return this.usage.callId;
  }

  get dialog(): Dialog | undefined {
    return this.usage.dialog;
  }

  /**
   * Ends the session as its phase asks: CANCEL, a refusal, or BYE. Idempotent. What ended it arrives as `onEnded`.
   *
   * @param intent what the end is called when this side's wish is what ends it.
   */
  terminate(
    options: { statusCode?: number; reasonPhrase?: string; headers?: readonly HeaderInput[]; intent?: SessionEndCause } = {},
  ): void {
    if (this.phase === "Terminating" || this.phase === "Ended") return;
    const { intent, ...refusal } = options;
    this.#intent = intent;
    this.input("terminate");
    this.usage.terminate(refusal);
  }

  /** Ends the session with `NoAnswer` unless it is answered within the time. */
  protected limitRinging(seconds: number): void {
    if (seconds > 0) this.#ringTimer = this.environment.clock.setTimer(seconds * 1000, ringTimedOut, this);
  }

  /** The media of this session, or a typed refusal. */
  requireMedia(): MediaSession {
    if (this.phase === "Ended") throw new SessionError("SESSION_ENDED", "The call has ended");
    if (!this.media) {
      throw new SessionError("SESSION_NO_MEDIA", "The call has no media here: it uses external media, or no audio has been negotiated yet");
    }
    return this.media;
  }

  /** Resolves when the media is closed and its ports are free; at once while the session lives or has none. */
  async released(): Promise<void> {
    await this.#mediaClosed;
  }

  /** The negotiator's report: offer and answer met. */
  onNegotiated(media: NegotiatedMedia | undefined): void {
    this.negotiated = media;
    this.media?.configure(media);
    this.user.onMediaNegotiated?.(this, media);
    this.setHold({ local: this.hold.local, remote: media?.onHoldByRemote ?? false });
  }

  setHold(hold: SessionHold): void {
    if (hold.local === this.hold.local && hold.remote === this.hold.remote) return;
    this.hold = hold;
    this.user.onHoldChanged?.(this, hold);
  }

  // What the INVITE usage reports.

  onProvisional(_usage: InviteUsage, response: SipResponse): void {
    const { statusCode, reasonPhrase } = response;
    const earlyMedia = response.body.length > 0;
    if (statusCode > 100) this.input("ringing");
    this.user.onProgress?.(this, { statusCode, reasonPhrase, earlyMedia });
  }

  onEstablished(): void {
    this.connectedAtMs = this.environment.clock.now();
    this.#ringTimer?.cancel();
    this.input("established");
  }

  onTerminated(_usage: InviteUsage, termination: InviteTermination): void {
    if (termination.response && termination.reason === "Redirected") this.#contacts = contactsOf(termination.response);
    this.end = sessionEnd(termination, this.#intent, this.#contacts);
    this.input("terminated");
  }

  // What the media session reports.

  onDtmf(press: DtmfPress): void {
    this.user.onDtmf?.(this, press);
  }

  onQuality(quality: MediaQuality): void {
    this.user.onQuality?.(this, quality);
  }

  onMediaActive(): void {
    this.user.onMediaActive?.(this);
  }

  onMediaTimeout(idleMs: number): void {
    this.user.onMediaTimeout?.(this, idleMs);
    this.terminate({ intent: "MediaTimeout" });
  }

  onMediaError(error: Error): void {
    this.user.onError?.(this, error);
  }

  // Actions of the phase table.

  announcePhase(): void {
    const previous = this.#phase;
    this.#phase = this.state;
    this.user.onPhaseChanged?.(this, this.state, previous);
  }

  finish(): void {
    this.endedAtMs = this.environment.clock.now();
    this.#ringTimer?.cancel();
    this.#mediaClosed = this.media?.close();
    this.#release(this);
    this.announcePhase();
    this.user.onEnded?.(this, this.end!);
  }
}

function ringTimedOut(session: Session | undefined): void {
  session?.terminate({ intent: "NoAnswer", statusCode: 480 });
}
