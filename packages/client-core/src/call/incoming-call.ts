import { sessionDescriptionOf } from "@sidetone/dialog-core";
import type { HeaderInput } from "@sidetone/sip-core";
import type { IncomingSession, RingOptions as SessionRingOptions } from "@sidetone/session-core";
import type { Account } from "../account.ts";
import { refuseUnknownNames, type KnownNames } from "../config/known-names.ts";
import { attempt } from "../errors/attempt.ts";
import { ClientError } from "../errors/client-error.ts";
import { guard } from "../errors/guard.ts";
import type { Call } from "./call.ts";
import { checkSdp } from "./check-sdp.ts";
import { checkReasonPhrase, extraHeaders } from "./extra-headers.ts";
import type { RemoteParty } from "./remote-party.ts";

export interface RingOptions extends SessionRingOptions {
  /** With external media: the answer to the caller's offer, for early media. */
  sdp?: string;
}

export interface AnswerOptions {
  /** Extra header fields for the 200. */
  headers?: readonly HeaderInput[];
  /** With external media: the answer to the caller's offer (or the offer, when the INVITE had none). */
  sdp?: string;
}

export interface RejectOptions {
  /** Default: the phrase of RFC 3261 §21. */
  reasonPhrase?: string;
  headers?: readonly HeaderInput[];
}

export interface RedirectOptions {
  /** Default 302 Moved Temporarily. */
  statusCode?: 300 | 301 | 302 | 305 | 380;
}

const knownOfRing: KnownNames<RingOptions> = { statusCode: true, reasonPhrase: true, headers: true, earlyMedia: true, sdp: true };
const knownOfAnswer: KnownNames<AnswerOptions> = { headers: true, sdp: true };
const knownOfReject: KnownNames<RejectOptions> = { reasonPhrase: true, headers: true };
const knownOfRedirect: KnownNames<RedirectOptions> = { statusCode: true };

const sdpTypes: ReadonlySet<string> = new Set(["application/sdp"]);

/** A call that waits to be answered, rejected or redirected. */
export class IncomingCall {
  /** The call, as it will be after the answer; already known by its id. */
  readonly call: Call;
  readonly #session: IncomingSession;

  /** @internal */
  constructor(session: IncomingSession, call: Call) {
    this.#session = session;
    this.call = call;
  }

  get id(): Call["id"] {
    return this.call.id;
  }

  /** Whose password the caller knows, where the account has `requireAuth`. From and what `remote` says of it is the caller's own word. */
  get authenticatedAs(): string | undefined {
    return this.#session.usage.authenticatedAs;
  }

  get remote(): RemoteParty {
    return this.call.remote;
  }

  get account(): Account {
    return this.call.account;
  }

  /** Whether it has been answered, rejected or redirected, or the caller has given up. */
  get decided(): boolean {
    return this.#session.isDecided;
  }

  /** @internal Whether somebody has taken it upon himself to decide later. */
  get isKept(): boolean {
    return this.#session.isKept;
  }

  /** First value of a header field of the INVITE, as text. Throws `CALL_STATE_INVALID` once the call is established or over. */
  header(name: string): string | undefined {
    return guard("header", () => this.#session.request.getText(name));
  }

  /** The caller's session description; undefined when the INVITE brought none. Throws as `header` does. */
  get remoteSdp(): string | undefined {
    const offer = guard("remoteSdp", () => sessionDescriptionOf(this.#session.request, sdpTypes));
    return offer && Buffer.from(offer.content).toString();
  }

  /**
   * Lets the caller hear that it rings: 180, or another provisional response. With `earlyMedia`, 183 with our session description, and
   * audio flows before the answer. Whoever rings has taken the call upon himself: it may be decided at any time later.
   *
   * @throws {ClientError} `CALL_STATE_INVALID`, `CALL_ENDED`, `CONFIG_INVALID` (early media needs an offer in the INVITE).
   */
  ring(options: RingOptions = {}): void {
    refuseUnknownNames(options, knownOfRing, "ring");
    const { sdp, headers, ...rest } = options;
    checkReasonPhrase(rest.reasonPhrase);
    const ringOptions = { ...rest, ...(headers ? { headers: extraHeaders(headers, true) } : {}) };
    this.#prepare(sdp);
    guard("ring", () => this.#session.ring(sdp === undefined ? ringOptions : { ...ringOptions, earlyMedia: true }));
    this.#session.isKept = true;
  }

  /** @internal 180, because nobody has decided at once. */
  ringAutomatically(): void {
    this.#session.ring();
  }

  /**
   * Sends 200 with our session description and resolves with the call when the caller has acknowledged it.
   *
   * @throws {ClientError} `CALL_ENDED` when the caller gave up first or never acknowledged; `MEDIA_NO_COMMON_CODEC` or
   *   `MEDIA_NEGOTIATION_FAILED` (the caller gets 488); `CALL_STATE_INVALID` the second time.
   */
  answer(options: AnswerOptions = {}): Promise<Call> {
    return attempt(this.#session.environment, "answer", () => {
      refuseUnknownNames(options, knownOfAnswer, "answer");
      const headers = extraHeaders(options.headers, true);
      this.#prepare(options.sdp);
      return this.#session.answer({ headers }).then(() => this.call);
    });
  }

  /** Refuses with a status code of 400 to 699. Default 486 Busy Here. Throws `CONFIG_INVALID`, `CALL_STATE_INVALID`, `CALL_ENDED`. */
  reject(statusCode = 486, options: RejectOptions = {}): void {
    if (!Number.isInteger(statusCode) || statusCode < 400 || statusCode > 699) {
      throw new ClientError(
        "CONFIG_INVALID",
        `A call is rejected with a status code of 400 to 699, not ${statusCode}; use redirect() for 3xx`,
      );
    }
    refuseUnknownNames(options, knownOfReject, "reject");
    checkReasonPhrase(options.reasonPhrase);
    const headers = extraHeaders(options.headers);
    guard("reject", () => this.#session.reject(statusCode, { ...options, headers }));
  }

  /** Tells the caller where else to call (RFC 3261 §21.3): URIs, a user or a number, best first. Throws as `reject` does, and `SIP_URI_INVALID`. */
  redirect(to: string | readonly string[], options: RedirectOptions = {}): void {
    refuseUnknownNames(options, knownOfRedirect, "redirect");
    const contacts = [to].flat().map((target) => this.account.complete(target).toString());
    if (contacts.length === 0) throw new ClientError("CONFIG_INVALID", "redirect() needs somewhere to send the caller");
    guard("redirect", () => this.#session.redirect(contacts, options));
  }

  #prepare(sdp: string | undefined): void {
    if (sdp === undefined) return;
    const { audio } = this.#session;
    if (audio.kind === "local") {
      throw new ClientError("CONFIG_INVALID", '`sdp` is for clients with media: "external"; this one makes its own session descriptions');
    }
    checkSdp(sdp);
    // "the UAS MUST NOT include a different answer in the 2xx": what was answered early is repeated (RFC 3261 §13.2.1).
    if (audio.localDescription === undefined) audio.prepare(sdp);
    else if (audio.localDescription !== sdp)
      throw new ClientError("CONFIG_INVALID", "The offer was answered by ring() already; modify() changes the session after the answer");
  }
}
