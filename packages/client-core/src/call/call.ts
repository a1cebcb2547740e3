import type { HeaderInput, SipResponse } from "@sidetone/sip-core";
import {
  announceAddress,
  IncomingSession,
  offerPrepared,
  proposeTerms,
  type CallId,
  type LocalAudio,
  type NegotiationPreview,
  type Session,
  type SessionHold,
  type SessionPhase,
} from "@sidetone/session-core";
import type { Account } from "../account.ts";
import { refuseUnknownNames, type KnownNames } from "../config/known-names.ts";
import { attempt } from "../errors/attempt.ts";
import { ClientError } from "../errors/client-error.ts";
import { guard } from "../errors/guard.ts";
import type { CallEnded } from "./call-end.ts";
import type { CallEvents } from "./call-events.ts";
import { CallMedia } from "./call-media.ts";
import { checkSdp } from "./check-sdp.ts";
import { callState, type CallState } from "./call-state.ts";
import { checkMethod, checkReasonPhrase, extraHeaders } from "./extra-headers.ts";
import type { RemoteParty } from "./remote-party.ts";

/** How long the disposal of a call waits for the answer to its BYE. */
const disposalWaitMs = 2000;

export interface HangUpOptions {
  /** For an incoming call that was not answered: 400–699. Default 480. */
  statusCode?: number;
  reasonPhrase?: string;
  /** Further header fields of the BYE, CANCEL or response, such as Reason (RFC 3326). */
  headers?: readonly HeaderInput[];
}

export interface ModifyOptions {
  /** With external media: the description to offer. */
  sdp?: string;
  /** With audio here: the codecs to offer, by encoding name, in order of preference. */
  codecs?: readonly string[];
}

/** A request within a call's dialog. */
export interface CallRequestOptions {
  method: string;
  headers?: readonly HeaderInput[];
  body?: { contentType: string; content: Uint8Array };
  /** Stops waiting for the answer. */
  signal?: AbortSignal;
}

const knownOfHangUp: KnownNames<HangUpOptions> = { statusCode: true, reasonPhrase: true, headers: true };
const knownOfModify: KnownNames<ModifyOptions> = { sdp: true, codecs: true };
const knownOfRequest: KnownNames<CallRequestOptions> = { method: true, headers: true, body: true, signal: true };

/** Watches the events of every call of a client, for one who cannot add listeners to each. */
export interface CallWatcher {
  onCallEvent<Name extends keyof CallEvents>(call: Call, name: Name, payload: CallEvents[Name]): void;
}

/** What a call knows of the list that it is on. */
export interface CallOwner {
  /** Undefined while nobody watches: then an event costs nothing more. */
  readonly watcher: CallWatcher | undefined;
  /** The call has ended. */
  remove(call: Call): void;
}

/** What a call is made of. */
export interface CallParts {
  readonly session: Session;
  readonly remote: RemoteParty;
  readonly account: Account;
  readonly metadata: Readonly<Record<string, string>> | undefined;
  readonly owner: CallOwner;
}

/**
 * One call, from its first INVITE to its end; the same object while it rings and after the answer.
 *
 * `await using call = …` hangs up at the end of the block. All its iterables end when the call ends.
 */
export class Call extends CallMedia implements AsyncDisposable {
  /** Names this call within the process; not the SIP Call-ID. */
  readonly id: CallId;
  readonly remote: RemoteParty;
  readonly account: Account;
  /** What the application labelled the call with when it dialled. */
  readonly metadata: Readonly<Record<string, string>> | undefined;
  readonly #owner: CallOwner;
  #end: CallEnded | undefined = undefined;
  #ended: PromiseWithResolvers<CallEnded> | undefined = undefined;

  /** @internal Calls are made by a Client. */
  constructor({ session, remote, account, metadata, owner }: CallParts) {
    super(session);
    this.id = session.id;
    this.remote = remote;
    this.account = account;
    this.metadata = metadata;
    this.#owner = owner;
  }

  get direction(): "outgoing" | "incoming" {
    return this.session.direction;
  }

  /** The Call-ID on the wire (RFC 3261 §20.8). */
  get sipCallId(): string {
    return this.session.sipCallId;
  }

  get phase(): SessionPhase {
    return this.session.phase;
  }

  /** Phase, hold and end in one word. */
  get state(): CallState {
    const { direction, phase, hold, provisionalStatusCode } = this.session;
    return callState({ direction, phase, hold, provisionalStatusCode, end: this.session.end });
  }

  /** Who holds. `hold()` and `resume()` change `local`. With external media nobody ever does. */
  get holding(): SessionHold {
    return this.session.hold;
  }

  /** How it ended; undefined until it has. */
  get end(): CallEnded | undefined {
    return this.#end;
  }

  /** Resolves at the end of the call, however it ends. Never rejects. */
  get ended(): Promise<CallEnded> {
    if (this.#end) return Promise.resolve(this.#end);
    return (this.#ended ??= withResolvers<CallEnded>()).promise;
  }

  /** When the INVITE was made or came, on the client's clock, in milliseconds. */
  get startedAtMs(): number {
    return this.session.startedAtMs;
  }

  /** When it was answered and acknowledged; undefined until then. */
  get connectedAtMs(): number | undefined {
    return this.session.connectedAtMs;
  }

  get endedAtMs(): number | undefined {
    return this.session.endedAtMs;
  }

  /** Time since the answer, in milliseconds; 0 before it. */
  get durationMs(): number {
    const { connectedAtMs, endedAtMs, environment } = this.session;
    return connectedAtMs === undefined ? 0 : (endedAtMs ?? environment.clock.now()) - connectedAtMs;
  }

  /** @internal The session of an incoming call, as long as it waits for a decision. */
  get undecided(): IncomingSession | undefined {
    const { session } = this;
    return session instanceof IncomingSession && !session.isDecided ? session : undefined;
  }

  /** With external media: the peer's latest session description. */
  get remoteSdp(): string | undefined {
    const { audio } = this.session;
    return audio.kind === "external" ? audio.remoteDescription : undefined;
  }

  /**
   * Ends the call: BYE when it is answered, CANCEL or a refusal before. Resolves when it has ended, which waits for the peer's answer as long
   * as SIP does (32 s at most). Idempotent. Throws `CONFIG_INVALID` for headers or a status code that cannot be sent.
   */
  hangUp(options: HangUpOptions = {}): Promise<CallEnded> {
    return attempt(this.session.environment, "hangUp", () => {
      refuseUnknownNames(options, knownOfHangUp, "hangUp");
      const { statusCode, reasonPhrase } = options;
      checkRefusal(statusCode);
      checkReasonPhrase(reasonPhrase);
      const headers = extraHeaders(options.headers);
      this.session.terminate({ statusCode, reasonPhrase, headers, intent: this.phase === "Connected" ? "HungUp" : undefined });
      return this.ended;
    });
  }

  /**
   * Puts the peer on hold: a re-INVITE with `a=sendonly` (RFC 3264 §8.4). From the peer's agreement on it hears silence. Does nothing when
   * this side holds already.
   *
   * @throws {ClientError} `CALL_MODIFICATION_REFUSED`: all is as before. `CALL_STATE_INVALID` before the answer, `CALL_ENDED`,
   *   `MEDIA_NOT_AVAILABLE` with external media.
   */
  hold(): Promise<void> {
    return attempt(this.session.environment, "hold", () => proposeTerms(this.session, { held: true }, "hold"));
  }

  /** Takes the peer off hold; throws as `hold` does. */
  resume(): Promise<void> {
    return attempt(this.session.environment, "resume", () => proposeTerms(this.session, { held: false }, "resume"));
  }

  /**
   * Changes the session by a re-INVITE: `sdp` with external media, `codecs` with audio here. Throws as `hold` does, and
   * `CODEC_UNSUPPORTED`.
   */
  modify(options: ModifyOptions): Promise<void> {
    return attempt(this.session.environment, "modify", () => {
      refuseUnknownNames(options, knownOfModify, "modify");
      const { sdp, codecs } = options;
      if ((sdp === undefined) === (codecs === undefined))
        throw new ClientError("CONFIG_INVALID", "modify() takes `sdp` with external media, or `codecs` with audio here");
      checkSdp(sdp);
      if (sdp !== undefined) return offerPrepared(this.session, sdp);
      return proposeTerms(this.session, { codecs: codecs! }, "change the codecs");
    });
  }

  /** @internal Tells the peer of an answered call, by a re-INVITE, where its audio is received now. Nothing with external media. */
  async announcePlace(): Promise<void> {
    const { audio } = this.session;
    if (this.phase !== "Connected" || audio.kind === "external") return;
    await audio.relocate(this.session.negotiated?.remoteAddress);
    await announceAddress(this.session);
  }

  /**
   * The session description that a re-INVITE would offer now. Nothing is sent.
   *
   * @throws {ClientError} `MEDIA_NOT_AVAILABLE` with external media, `CALL_ENDED`.
   */
  previewOffer(): Promise<string> {
    return attempt(this.session.environment, "preview", () => this.#preview.previewOffer());
  }

  /** The answer that this offer would get now. Nothing is sent. Throws as {@link previewOffer}, and where the offer would be refused. */
  previewAnswer(offer: string): Promise<string> {
    return attempt(this.session.environment, "preview", () => this.#preview.previewAnswer(Buffer.from(offer)));
  }

  /** A request within the call's dialog, such as INFO. Any final response resolves. */
  request(options: CallRequestOptions): Promise<SipResponse> {
    return attempt(this.session.environment, String(options?.method), () => {
      refuseUnknownNames(options, knownOfRequest, "request");
      checkMethod(options.method);
      return this.session.usage.sendRequest({ ...options, headers: extraHeaders(options.headers) });
    });
  }

  /** Hangs up and waits at most 2 s for the peer, then for the files being recorded. Never throws. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#end) {
      const ended = this.hangUp();
      await new Promise<void>((resolve) => {
        const timer = this.session.environment.clock.setTimer(disposalWaitMs, () => resolve());
        void ended.finally(() => {
          timer.cancel();
          resolve();
        });
      });
    }
    await this.session.released();
  }

  /** @internal What happened to the session, told to the listeners. */
  report<Name extends keyof CallEvents>(name: Name, payload: CallEvents[Name]): void {
    this.emit(name, payload);
  }

  /** @internal Whether it is worth while to make the payload of this event. */
  isHeard(name: keyof CallEvents): boolean {
    return this.#owner.watcher !== undefined || this.listenerCount(name) > 0;
  }

  /** @internal Exactly once, last. */
  reportEnded(end: CallEnded): void {
    this.#end = end;
    this.endMedia();
    this.emit("ended", end);
    this.#owner.remove(this);
    this.#ended?.resolve(end);
    this.#ended = undefined;
  }

  get #preview(): NegotiationPreview {
    this.session.requireMedia();
    return (this.session.audio as LocalAudio).preview!;
  }

  protected override emit<Name extends keyof CallEvents>(name: Name, payload: CallEvents[Name]): void {
    super.emit(name, payload);
    this.#owner.watcher?.onCallEvent(this, name, payload);
  }
}

function checkRefusal(statusCode: number | undefined): void {
  if (statusCode === undefined || (Number.isInteger(statusCode) && statusCode >= 400 && statusCode <= 699)) return;
  throw new ClientError("CONFIG_INVALID", `A call is refused with a status code of 400 to 699, not ${statusCode}`);
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
