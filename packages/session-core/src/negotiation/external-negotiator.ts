import type { Body, MediaNegotiator } from "@sidetone/dialog-core";
import { SessionError } from "../session-error.ts";

/** Session descriptions made and taken by the application (`media: "external"`): no port is opened here. All are SDP text. */
export interface ExternalMedia {
  /** The next offer of this side. Without it, only what {@link ExternalNegotiator.prepare} was given can be offered. */
  createOffer?(reason: "initial" | "modify"): string | Promise<string>;
  /** The answer to an offer of the peer, also to that of a re-INVITE. A throw refuses it with 488. */
  answerOffer?(offer: string): string | Promise<string>;
  /** The peer's answer to an offer of ours. `provisional` is the preview of early media, which the final one repeats. */
  onAnswer?(answer: string, kind: "provisional" | "final"): void;
  /** A modification was refused: what stood before stands again. */
  onRollback?(): void;
}

/** Passes descriptions between the INVITE usage and the application, synchronously where the application is. */
export class ExternalNegotiator implements MediaNegotiator {
  readonly #media: ExternalMedia;
  /** What the application has ready for the next offer or answer. */
  #prepared: string | undefined;
  /** Our last description, which a refresh repeats. */
  #local: string | undefined;
  remoteDescription: string | undefined;

  constructor(media: ExternalMedia) {
    this.#media = media;
  }

  /** The description to use for the next offer or answer of this side. */
  prepare(sdp: string | undefined): void {
    this.#prepared = sdp;
  }

  createOffer(reason: "initial" | "modify" | "refresh"): Body | Promise<Body> {
    if (reason === "refresh" && this.#local !== undefined) return sdpBody(this.#local);
    const ready = this.#take();
    if (ready !== undefined) return this.#keep(ready);
    if (!this.#media.createOffer)
      throw new SessionError("SESSION_NO_MEDIA", "With external media, give the offer as `sdp` or a `createOffer` function");
    const offer = this.#media.createOffer(reason === "refresh" ? "modify" : reason);
    return typeof offer === "string" ? this.#keep(offer) : offer.then((text) => this.#keep(text));
  }

  acceptOffer(offer: Body): Body | Promise<Body> {
    this.remoteDescription = textOf(offer);
    const ready = this.#take();
    if (ready !== undefined) return this.#keep(ready);
    if (!this.#media.answerOffer)
      throw new SessionError("SESSION_NO_MEDIA", "With external media, give the answer as `sdp` or an `answerOffer` function");
    const answer = this.#media.answerOffer(this.remoteDescription);
    return typeof answer === "string" ? this.#keep(answer) : answer.then((text) => this.#keep(text));
  }

  acceptAnswer(answer: Body, kind: "provisional" | "final"): void {
    this.remoteDescription = textOf(answer);
    this.#media.onAnswer?.(this.remoteDescription, kind);
  }

  rollback(): void {
    this.#media.onRollback?.();
  }

  fork(): MediaNegotiator {
    const sibling = new ExternalNegotiator(this.#media);
    sibling.#local = this.#local;
    return sibling;
  }

  close(): void {
    this.#prepared = undefined;
  }

  #take(): string | undefined {
    const ready = this.#prepared;
    this.#prepared = undefined;
    return ready;
  }

  #keep(sdp: string): Body {
    this.#local = sdp;
    return sdpBody(sdp);
  }
}

function sdpBody(text: string): Body {
  return { contentType: "application/sdp", content: Buffer.from(text) };
}

const decoder = new TextDecoder();
function textOf(body: Body): string {
  return decoder.decode(body.content);
}
