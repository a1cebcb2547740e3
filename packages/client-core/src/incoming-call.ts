import type { HeaderInput } from "@sidetone/sip-core";
import type { IncomingSession, RingOptions } from "@sidetone/session-core";
import { ExternalNegotiator } from "@sidetone/session-core";
import type { Account } from "./account.ts";
import type { Call } from "./call.ts";
import { ClientError } from "./client-error.ts";
import type { RemoteParty } from "./remote-party.ts";
import { wrapError } from "./wrap-error.ts";

export interface AnswerOptions {
  /** Extra header fields for the 200. */
  headers?: readonly HeaderInput[];
  /** With external media: the answer to the caller's offer (or the offer, when the INVITE had none). */
  sdp?: string;
}

/** A call that waits to be answered, rejected or redirected. */
export class IncomingCall {
  /** The call, as it will be after the answer; already known by its id. */
  readonly call: Call;
  readonly #session: IncomingSession;
  #decided = false;

  /** @internal */
  constructor(session: IncomingSession, call: Call) {
    this.#session = session;
    this.call = call;
  }

  get id(): Call["id"] {
    return this.call.id;
  }

  get remote(): RemoteParty {
    return this.call.remote;
  }

  get account(): Account {
    return this.call.account;
  }

  /** Whether it has been answered, rejected or redirected, or the caller has given up. */
  get decided(): boolean {
    return this.#decided || this.call.phase === "Ended";
  }

  /** First value of a header field of the INVITE, as text; only until the call is answered. */
  header(name: string): string | undefined {
    return this.#session.request.getText(name);
  }

  /** The caller's session description; undefined when the INVITE brought none. */
  get remoteSdp(): string | undefined {
    const { body, contentType } = this.#session.request;
    return body.length > 0 && /^application\/sdp\b/i.test(contentType ?? "application/sdp") ? Buffer.from(body).toString() : undefined;
  }

  /** Sends 180, or another provisional response; `earlyMedia` lets the caller hear us before the answer. */
  ring(options: RingOptions & { sdp?: string } = {}): void {
    const { sdp, ...ringOptions } = options;
    this.#prepare(sdp);
    this.#do(() => this.#session.ring(sdp === undefined ? ringOptions : { ...ringOptions, earlyMedia: true }));
  }

  /**
   * Sends 200 with our session description and resolves with the call when the caller has acknowledged it.
   *
   * @throws {ClientError} `CALL_ENDED` when the caller gave up first or never acknowledged; `MEDIA_NO_COMMON_CODEC` (the caller gets 488).
   */
  async answer(options: AnswerOptions = {}): Promise<Call> {
    const { sdp, ...answerOptions } = options;
    this.#prepare(sdp);
    this.#decided = true;
    try {
      await this.#session.answer(answerOptions);
    } catch (error) {
      throw wrapError(error, "answer");
    }
    return this.call;
  }

  /** Refuses with a status code of 400 to 699. Default 486 Busy Here. */
  reject(statusCode = 486, options: { reasonPhrase?: string; headers?: readonly HeaderInput[] } = {}): void {
    if (!Number.isInteger(statusCode) || statusCode < 400 || statusCode > 699) {
      throw new ClientError(
        "CONFIG_INVALID",
        `A call is rejected with a status code of 400 to 699, not ${statusCode}; use redirect() for 3xx`,
      );
    }
    this.#do(() => this.#session.reject(statusCode, options));
    this.#decided = true;
  }

  /** Tells the caller where else to call (RFC 3261 §21.3). Default 302 Moved Temporarily. */
  redirect(to: string | readonly string[], options: { statusCode?: 300 | 301 | 302 | 305 | 380 } = {}): void {
    this.#do(() => this.#session.redirect(typeof to === "string" ? [to] : to, options));
    this.#decided = true;
  }

  #prepare(sdp: string | undefined): void {
    if (sdp === undefined) return;
    const { negotiator } = this.#session;
    if (!(negotiator instanceof ExternalNegotiator)) {
      throw new ClientError("CONFIG_INVALID", '`sdp` is for clients with media: "external"; this one makes its own session descriptions');
    }
    negotiator.prepare(sdp);
  }

  #do(action: () => void): void {
    try {
      action();
    } catch (error) {
      throw wrapError(error, "incoming call");
    }
  }
}
