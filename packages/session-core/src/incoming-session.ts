import type { IncomingInvite, MediaNegotiator } from "@sidetone/dialog-core";
import type { HeaderInput, SipRequest } from "@sidetone/sip-core";
import type { ExternalAudio } from "./negotiation/external-audio.ts";
import type { LocalAudio } from "./negotiation/local-audio.ts";
import { Session, type SessionParts } from "./session.ts";
import { SessionError } from "./session-error.ts";

export interface RingOptions {
  /** Default 180; with early media 183. */
  statusCode?: 180 | 181 | 182 | 183;
  /** Default: the phrase of RFC 3261 §21. */
  reasonPhrase?: string;
  headers?: readonly HeaderInput[];
  /** Sends our session description with it, so that the caller hears us before the answer. The INVITE must have brought an offer. */
  earlyMedia?: boolean;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: SessionError) => void;
}

/** A call that somebody makes to us; it waits for `answer`, `reject` or `redirect`. */
export class IncomingSession extends Session {
  readonly direction = "incoming";
  readonly usage: IncomingInvite;
  audio!: LocalAudio | ExternalAudio;
  /** For the layer above: somebody has taken it upon himself to decide later. */
  isKept = false;
  #answering: Waiting | undefined = undefined;

  constructor(parts: SessionParts, invite: IncomingInvite) {
    super(parts);
    this.usage = invite;
  }

  /** Takes the call from the INVITE usage, which tells of CANCEL from here on. Undecided for so many seconds it is refused with 480; 0: never. */
  take(audio: LocalAudio | ExternalAudio, negotiator: MediaNegotiator, ringSeconds: number): void {
    this.audio = audio;
    this.usage.attach(negotiator, this);
    this.limitTime(ringSeconds, "NoAnswer");
  }

  /** The INVITE. Throws `DialogError` `DIALOG_STATE` once the call is established or over. */
  get request(): SipRequest {
    return this.usage.request;
  }

  /** Whether somebody here has answered or refused, or it is over. */
  get isDecided(): boolean {
    return this.#answering !== undefined || (this.phase !== "Initiating" && this.phase !== "Ringing");
  }

  /** Sends a provisional response (RFC 3261 §13.3.1.1). @throws {SessionError} `SESSION_STATE`, `SESSION_ENDED`. */
  ring(options: RingOptions = {}): void {
    this.#requireUndecided();
    this.usage.ring(options);
    this.noteProvisional(options.statusCode ?? (options.earlyMedia ? 183 : 180));
    this.input("ringing");
  }

  /**
   * Sends the 200 with our session description; resolves when the caller has acknowledged it.
   *
   * @throws {SessionError} `SESSION_MEDIA` when offer and answer do not meet (the caller gets 488), `SESSION_ENDED` when the caller gives
   *   up first or never acknowledges, `SESSION_STATE`.
   */
  answer(options: { headers?: readonly HeaderInput[] } = {}): Promise<void> {
    this.#requireUndecided();
    return new Promise((resolve, reject) => {
      this.#answering = { resolve, reject };
      this.usage.answer(options);
    });
  }

  /** Refuses with a final status code from 400 to 699. @throws {SessionError} `SESSION_STATE`, `SESSION_ENDED`. */
  reject(statusCode: number, options: { reasonPhrase?: string; headers?: readonly HeaderInput[] } = {}): void {
    this.#requireUndecided();
    this.usage.reject(statusCode, options);
  }

  /** Sends the caller elsewhere (RFC 3261 §13.3.1.2). @throws {SessionError} `SESSION_STATE`, `SESSION_ENDED`. */
  redirect(contacts: readonly string[], options: { statusCode?: 300 | 301 | 302 | 305 | 380 } = {}): void {
    this.#requireUndecided();
    this.usage.redirect(contacts, options);
  }

  override connect(): void {
    super.connect();
    this.#answering?.resolve();
    this.#answering = undefined;
  }

  override finish(): void {
    super.finish();
    const { cause, error } = this.end!;
    const why = error instanceof Error ? `: ${error.message}` : "";
    const code = cause === "MediaFailed" ? "SESSION_MEDIA" : "SESSION_ENDED";
    this.#answering?.reject(new SessionError(code, `The call ended before it was established: ${cause}${why}`, { cause: error }));
    this.#answering = undefined;
  }

  #requireUndecided(): void {
    if (!this.isDecided) return;
    const ended = this.phase === "Ended" || this.phase === "Terminating";
    throw new SessionError(ended ? "SESSION_ENDED" : "SESSION_STATE", ended ? "The call has ended" : "The call has been answered already");
  }
}
