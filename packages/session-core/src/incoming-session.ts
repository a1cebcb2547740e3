import type { IncomingInvite, MediaNegotiator } from "@sidetone/dialog-core";
import type { HeaderInput, SipRequest } from "@sidetone/sip-core";
import { Session, type SessionParts } from "./session.ts";
import { SessionError } from "./session-error.ts";

export interface IncomingParts extends SessionParts {
  readonly invite: IncomingInvite;
}

export interface RingOptions {
  /** Default 180. */
  statusCode?: 180 | 181 | 182 | 183;
  reasonPhrase?: string;
  headers?: readonly HeaderInput[];
  /** Sends our session description with it, so that the caller hears us before the answer. */
  earlyMedia?: boolean;
}

/** A call that somebody makes to us; it waits for `answer`, `reject` or `redirect`. */
export class IncomingSession extends Session {
  readonly direction = "incoming";
  readonly usage: IncomingInvite;
  negotiator!: MediaNegotiator;
  #settleAnswer: { resolve: () => void; reject: (error: unknown) => void } | undefined;

  constructor(parts: IncomingParts) {
    super(parts);
    this.usage = parts.invite;
  }

  /** Ties this session to the INVITE usage; from here on it hears of CANCEL and decides. */
  attach(negotiator: MediaNegotiator): void {
    this.negotiator = negotiator;
    this.usage.attach(negotiator, this);
  }

  /** The INVITE; throws once the call was answered or is over. */
  get request(): SipRequest {
    return this.usage.request;
  }

  /** Starts the time in which the call must be answered, in seconds; then it is refused with 480. */
  ringFor(seconds: number): void {
    this.limitRinging(seconds);
  }

  /** Sends a provisional response (RFC 3261 §13.3.1.1). */
  ring(options: RingOptions = {}): void {
    this.#requireUnanswered();
    this.usage.ring(options);
    this.input("ringing");
  }

  /** Sends the 200 with our session description; resolves when the caller has acknowledged it. */
  answer(options: { headers?: readonly HeaderInput[] } = {}): Promise<void> {
    this.#requireUnanswered();
    return new Promise((resolve, reject) => {
      this.#settleAnswer = { resolve, reject };
      this.usage.answer(options);
    });
  }

  /** Refuses with any final status code from 400 to 699. */
  reject(statusCode: number, options: { reasonPhrase?: string; headers?: readonly HeaderInput[] } = {}): void {
    this.#requireUnanswered();
    this.usage.reject(statusCode, options);
  }

  /** Sends the caller elsewhere (RFC 3261 §13.3.1.2). */
  redirect(contacts: readonly string[], options: { statusCode?: 300 | 301 | 302 | 305 | 380 } = {}): void {
    this.#requireUnanswered();
    this.usage.redirect(contacts, options);
  }

  override onEstablished(): void {
    super.onEstablished();
    this.#settleAnswer?.resolve();
    this.#settleAnswer = undefined;
  }

  override finish(): void {
    super.finish();
    this.#settleAnswer?.reject(
      new SessionError("SESSION_ENDED", `The call ended before it was established: ${this.end!.cause}`, { cause: this.end!.error }),
    );
    this.#settleAnswer = undefined;
  }

  #requireUnanswered(): void {
    if (this.phase === "Ended" || this.phase === "Terminating") throw new SessionError("SESSION_ENDED", "The call has ended");
    if (this.phase === "Connected" || this.#settleAnswer) throw new SessionError("SESSION_STATE", "The call has been answered already");
  }
}
