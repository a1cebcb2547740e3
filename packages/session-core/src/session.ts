import { TableMachine, type Environment, type Timer } from "@sidetone/infra-common";
import type { HeaderInput, SipResponse } from "@sidetone/sip-core";
import { sessionDescriptionOf, type Body, type InviteTermination, type InviteUsage, type InviteUsageUser } from "@sidetone/dialog-core";
import type { DtmfPress, MediaQuality, MediaSession, MediaSessionUser } from "@sidetone/media-core";
import type { NegotiatedMedia } from "@sidetone/sdp-core";
import type { CallId } from "./call-id.ts";
import type { ExternalAudio } from "./negotiation/external-audio.ts";
import type { LocalAudio } from "./negotiation/local-audio.ts";
import type { NegotiationUser } from "./negotiation/negotiation-user.ts";
import { contactsOf } from "./redirection.ts";
import { sessionEnd, type SessionEnd, type SessionEndCause } from "./session-end.ts";
import { SessionError } from "./session-error.ts";
import { sessionPhaseTable, type SessionPhase, type SessionPhaseAction, type SessionPhaseInput } from "./session-phase-table.ts";
import type { SessionHold, SessionUser } from "./session-user.ts";

const actions: Record<SessionPhaseAction, (session: Session) => void> = {
  connect: (session) => session.connect(),
  announce: (session) => session.announcePhase(),
  finish: (session) => session.finish(),
};

const sdpTypes: ReadonlySet<string> = new Set(["application/sdp"]);
const notHeld: SessionHold = { local: false, remote: false };

export interface TerminateOptions {
  /** For an incoming call that was not answered: 400–699. Default 480. */
  readonly statusCode?: number | undefined;
  readonly reasonPhrase?: string | undefined;
  /** Further header fields of the BYE, CANCEL or response, such as Reason (RFC 3326). */
  readonly headers?: readonly HeaderInput[] | undefined;
  /** What the end is called when this side's wish is what ends it. */
  readonly intent?: SessionEndCause | undefined;
}

/** What a session is made of. */
export interface SessionParts {
  readonly id: CallId;
  readonly environment: Environment;
  /** Longest time from the answer to the end, in seconds; 0: no limit. */
  readonly maxDurationSeconds: number;
  /** Called once when the session is over, before its user hears of it. */
  readonly release: (session: Session) => void;
}

const nobody: SessionUser = {};

/**
 * One call: an INVITE usage (signalling) and its audio, joined by a `MediaNegotiator`.
 *
 * What happens is told to one {@link SessionUser}. Answering and dialling live in the two subclasses, hold in `modify-session.ts`.
 */
export abstract class Session
  extends TableMachine<SessionPhase, SessionPhaseInput, SessionPhaseAction, undefined>
  implements InviteUsageUser, MediaSessionUser, NegotiationUser
{
  readonly id: CallId;
  readonly environment: Environment;
  /** Set by the layer above before anything happens. */
  user: SessionUser = nobody;
  /** When the INVITE was made or came, on the environment's clock. */
  readonly startedAtMs: number;
  connectedAtMs: number | undefined = undefined;
  endedAtMs: number | undefined = undefined;
  /** The most telling provisional response so far: 180 stays, whatever follows it. 0: none. */
  provisionalStatusCode = 0;
  negotiated: NegotiatedMedia | undefined = undefined;
  end: SessionEnd | undefined = undefined;
  hold: SessionHold = notHeld;
  /** The modification of this side that is under way; see `modify-session.ts`. */
  modifying: Promise<void> | undefined = undefined;
  /** Why this side ends it. */
  #intent: SessionEndCause | undefined = undefined;
  /** Ends a call that rings too long, then one that lasts too long. */
  #limitTimer: Timer | undefined = undefined;
  #announced: SessionPhase = "Initiating";
  #mediaClosed: Promise<void> | undefined = undefined;
  readonly #maxDurationSeconds: number;
  readonly #release: (session: Session) => void;

  constructor(parts: SessionParts) {
    super("Initiating");
    this.id = parts.id;
    this.environment = parts.environment;
    this.startedAtMs = parts.environment.clock.now();
    this.#maxDurationSeconds = parts.maxDurationSeconds;
    this.#release = parts.release;
  }

  abstract readonly direction: "outgoing" | "incoming";
  /** The INVITE usage beneath. */
  abstract readonly usage: InviteUsage;
  /** Where its session descriptions come from. */
  abstract readonly audio: LocalAudio | ExternalAudio;

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

  /** The call's audio as far as it has been made; undefined with external media. */
  get media(): MediaSession | undefined {
    return this.audio.kind === "local" ? this.audio.openedMedia : undefined;
  }

  /** Why this side is ending the call, or has ended it. */
  get intent(): SessionEndCause | undefined {
    return this.#intent;
  }

  /**
   * The call's audio, which may be asked for things before it is negotiated.
   *
   * @throws {SessionError} `SESSION_NO_MEDIA` with external media, `SESSION_ENDED`.
   */
  requireMedia(): MediaSession {
    if (this.phase === "Ended") throw new SessionError("SESSION_ENDED", "The call has ended");
    if (this.audio.kind === "external") throw new SessionError("SESSION_NO_MEDIA", "The call uses external media; its audio is not here");
    return this.audio.media;
  }

  /** Ends the session as its phase asks: CANCEL, a refusal, or BYE. Idempotent. What ended it arrives as `onEnded`. */
  terminate({ intent, ...refusal }: TerminateOptions = {}): void {
    if (this.phase === "Terminating" || this.phase === "Ended") return;
    this.#intent = intent;
    this.input("terminate");
    this.usage.terminate(refusal);
  }

  /** Resolves when the media is closed and its ports are free; at once while the session lives or has none. */
  async released(): Promise<void> {
    await this.#mediaClosed;
  }

  // What the negotiator reports.

  onOfferMade(offer: Body): void {
    this.user.onOfferMade?.(offer);
  }

  onAnswerTaken(answer: Body): void {
    this.user.onAnswerTaken?.(answer);
  }

  onNegotiated(media: NegotiatedMedia | undefined, heldHere: boolean): void {
    if (this.phase === "Ended") return;
    const isTranslated = this.audio.kind === "local" && this.audio.isTranslated;
    this.media?.configure(media, { held: heldHere, isTranslated });
    this.negotiated = media;
    this.user.onMediaNegotiated?.(media);
    this.#setHold(heldHere, media?.onHoldByRemote ?? false);
  }

  // What the INVITE usage reports.

  onProvisional(_usage: InviteUsage, response: SipResponse): void {
    const { statusCode, reasonPhrase } = response;
    this.noteProvisional(statusCode);
    if (statusCode > 100) this.input("ringing");
    this.user.onProgress?.({ statusCode, reasonPhrase, earlyMedia: sessionDescriptionOf(response, sdpTypes) !== undefined });
  }

  onEstablished(): void {
    this.input("established");
  }

  onTerminated(_usage: InviteUsage, termination: InviteTermination): void {
    const contacts = termination.reason === "Redirected" && termination.response ? contactsOf(termination.response) : [];
    this.end = sessionEnd(termination, this.#intent, contacts);
    this.input("terminated");
  }

  // What the media session reports. While it closes, it may still find something, which comes too late.

  onDtmf(press: DtmfPress): void {
    if (this.phase !== "Ended") this.user.onDtmf?.(press);
  }

  onQuality(quality: MediaQuality): void {
    if (this.phase !== "Ended") this.user.onQuality?.(quality);
  }

  onMediaActive(): void {
    if (this.phase !== "Ended") this.user.onMediaActive?.();
  }

  onMediaTimeout(idleMs: number): void {
    this.user.onMediaTimeout?.(idleMs);
    this.terminate({ intent: "MediaTimeout" });
  }

  onMediaError(error: Error): void {
    this.user.onError?.(error);
  }

  // Actions of the phase table.

  connect(): void {
    this.connectedAtMs = this.environment.clock.now();
    this.limitTime(this.#maxDurationSeconds, "DurationLimit");
    this.announcePhase();
  }

  announcePhase(): void {
    const previous = this.#announced;
    this.#announced = this.state;
    this.user.onPhaseChanged?.(this.state, previous);
  }

  finish(): void {
    this.endedAtMs = this.environment.clock.now();
    this.#limitTimer?.cancel();
    this.#mediaClosed = this.media?.close();
    this.#release(this);
    this.announcePhase();
    this.user.onEnded?.(this.end!);
  }

  /** Ends the session for this reason after so long, in place of an earlier limit; 0 and Infinity lift it. */
  protected limitTime(seconds: number, intent: LimitIntent): void {
    this.#limitTimer?.cancel();
    const expire = intent === "NoAnswer" ? endUnanswered : endOverlong;
    const isLimit = seconds > 0 && seconds < Infinity;
    this.#limitTimer = isLimit ? this.environment.clock.setTimer<Session>(seconds * 1000, expire, this) : undefined;
  }

  protected noteProvisional(statusCode: number): void {
    if (this.provisionalStatusCode !== 180) this.provisionalStatusCode = statusCode;
  }

  #setHold(local: boolean, remote: boolean): void {
    if (local === this.hold.local && remote === this.hold.remote) return;
    this.hold = local || remote ? { local, remote } : notHeld;
    this.user.onHoldChanged?.(this.hold);
  }
}

type LimitIntent = Extract<SessionEndCause, "NoAnswer" | "DurationLimit">;

function endUnanswered(session: Session): void {
  session.terminate({ intent: "NoAnswer", statusCode: 480 });
}

function endOverlong(session: Session): void {
  session.terminate({ intent: "DurationLimit" });
}
