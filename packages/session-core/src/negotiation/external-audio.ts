import type { Body, MediaNegotiator, OfferReason } from "@sidetone/dialog-core";
import { SessionError } from "../session-error.ts";
import type { NegotiationUser } from "./negotiation-user.ts";
import { sdpBody, sdpText } from "./sdp-body.ts";

/** Session descriptions made and taken by the application (`media: "external"`), as SDP text: no port is opened here. */
export interface ExternalMedia {
  /** The next offer of this side. Without it, only a description given with the call can be offered. */
  createOffer?(reason: "initial" | "modify"): string | Promise<string>;
  /** The answer to an offer of the peer, also to that of a re-INVITE. A throw refuses it with 488. */
  answerOffer?(offer: string): string | Promise<string>;
  /** The peer's answer to an offer of ours. `provisional` is the preview of early media, which the final one repeats. */
  onAnswer?(answer: string, kind: "provisional" | "final"): void;
  /** A modification was refused: what stood before stands again. */
  onRollback?(): void;
}

/**
 * The application's side of a session's audio. It answers at once where the application does, so that an INVITE can be answered before
 * the call that delivered it returns. It keeps nothing that differs between early dialogs, so one serves all forks.
 */
export class ExternalAudio implements MediaNegotiator {
  readonly kind = "external";
  /** The peer's latest session description. */
  remoteDescription: string | undefined;
  readonly #media: ExternalMedia;
  readonly #user: NegotiationUser;
  /** What the application has ready for the next offer or answer. */
  #prepared: string | undefined;
  /** Our latest description, which a refresh repeats. */
  #local: string | undefined;

  constructor(media: ExternalMedia, user: NegotiationUser) {
    this.#media = media;
    this.#user = user;
  }

  /** Our latest description; undefined before the first offer or answer. */
  get localDescription(): string | undefined {
    return this.#local;
  }

  /** The description for the next offer or answer of this side; undefined takes it back. */
  prepare(sdp: string | undefined): void {
    this.#prepared = sdp;
  }

  createOffer(reason: OfferReason): Body | Promise<Body> {
    if (reason === "refresh" && this.#local !== undefined) return sdpBody(this.#local);
    const prepared = this.#takePrepared();
    if (prepared !== undefined) return this.#offer(prepared);
    if (!this.#media.createOffer)
      throw new SessionError("SESSION_NO_MEDIA", "With external media, give the offer as `sdp` or a `createOffer` function");
    const offer = this.#media.createOffer(reason === "refresh" ? "modify" : reason);
    return typeof offer === "string" ? this.#offer(offer) : offer.then((text) => this.#offer(text));
  }

  acceptOffer(offer: Body): Body | Promise<Body> {
    const text = sdpText(offer);
    this.remoteDescription = text;
    const prepared = this.#takePrepared();
    if (prepared !== undefined) return this.#keep(prepared);
    if (!this.#media.answerOffer)
      throw new SessionError("SESSION_NO_MEDIA", "With external media, give the answer as `sdp` or an `answerOffer` function");
    const answer = this.#media.answerOffer(text);
    return typeof answer === "string" ? this.#keep(answer) : answer.then((made) => this.#keep(made));
  }

  acceptAnswer(answer: Body, kind: "provisional" | "final"): void {
    this.remoteDescription = sdpText(answer);
    this.#media.onAnswer?.(this.remoteDescription, kind);
    this.#user.onAnswerTaken(answer);
  }

  rollback(): void {
    this.#media.onRollback?.();
  }

  fork(): MediaNegotiator {
    return this;
  }

  close(): void {
    this.#prepared = undefined;
  }

  #takePrepared(): string | undefined {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    return prepared;
  }

  #offer(sdp: string): Body {
    const body = this.#keep(sdp);
    this.#user.onOfferMade(body);
    return body;
  }

  #keep(sdp: string): Body {
    this.#local = sdp;
    return sdpBody(sdp);
  }
}
