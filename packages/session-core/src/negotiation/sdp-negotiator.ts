import type { Body, MediaNegotiator, OfferReason } from "@sidetone/dialog-core";
import { addressFamily, type AddressFamily } from "@sidetone/infra-common";
import {
  createAnswer,
  createOffer,
  createReoffer,
  holdDirection,
  parseSdp,
  processAnswer,
  resumeDirection,
  SdpNegotiationError,
  serializeSdp,
  type Answer,
  type MediaDirection,
  type NegotiatedMedia,
  type SessionDescription,
} from "@sidetone/sdp-core";
import { SessionError } from "../session-error.ts";
import type { AudioTerms, LocalAudio, NegotiationPreview } from "./local-audio.ts";
import type { NegotiationUser } from "./negotiation-user.ts";
import { sdpBody } from "./sdp-body.ts";

/** What stands: our last description, what it led to, and what we wanted with it. */
interface Agreement {
  readonly local: SessionDescription | undefined;
  readonly negotiated: readonly NegotiatedMedia[];
  readonly terms: AudioTerms;
}

interface Offer {
  readonly description: SessionDescription;
  readonly terms: AudioTerms;
}

/** Offer and answer (RFC 3264) for a session whose audio lives here, one negotiator per (early) dialog. */
export class SdpNegotiator implements MediaNegotiator, NegotiationPreview {
  readonly #audio: LocalAudio;
  readonly #user: NegotiationUser;
  #agreement: Agreement;
  /** What stood before the exchange under way, to go back to. */
  #before: Agreement;
  /** Our offer that awaits its answer. */
  #offer: Offer | undefined;
  /** Counts exchanges; the late outcome of one that was given up is dropped. */
  #exchange = 0;

  constructor(audio: LocalAudio, user: NegotiationUser) {
    this.#audio = audio;
    this.#user = user;
    audio.preview ??= this;
    this.#agreement = this.#before = { local: undefined, negotiated: [], terms: audio.initialTerms };
  }

  async createOffer(reason: OfferReason): Promise<Body> {
    this.#begin();
    this.#offer = await this.#makeOffer(reason);
    const body = sdpBody(serializeSdp(this.#offer.description));
    this.#user.onOfferMade(body);
    return body;
  }

  async acceptOffer(offer: Body): Promise<Body> {
    const exchange = this.#begin();
    const { answer, negotiated } = await this.#makeAnswer(offer.content);
    await this.#agree({ local: answer, negotiated, terms: this.#agreement.terms }, exchange);
    return sdpBody(serializeSdp(answer));
  }

  async acceptAnswer(answer: Body, kind: "provisional" | "final"): Promise<void> {
    const offer = this.#offer;
    if (!offer) throw new SessionError("SESSION_MEDIA", "The peer answered an offer that was not made");
    const negotiated = processAnswer(offer.description, parseSdp(answer.content), { previous: this.#before.negotiated });
    if (kind === "final") {
      if (!this.#before.local && !acceptedAudio(negotiated)) {
        throw new SessionError("SESSION_MEDIA", "The peer answered the call and refused its audio");
      }
      this.#offer = undefined;
    }
    await this.#agree({ local: offer.description, negotiated, terms: offer.terms }, this.#exchange);
    this.#user.onAnswerTaken(answer);
  }

  rollback(): void {
    this.#exchange++;
    this.#offer = undefined;
    if (this.#agreement === this.#before) return;
    this.#agreement = this.#before;
    this.#report();
  }

  fork(): MediaNegotiator {
    const sibling = new SdpNegotiator(this.#audio, this.#user);
    const { local, terms } = this.#agreement;
    sibling.#offer = this.#offer ?? (local && { description: local, terms });
    return sibling;
  }

  close(): void {
    this.#exchange++;
    this.#offer = undefined;
  }

  async previewOffer(): Promise<string> {
    return serializeSdp((await this.#makeOffer("modify")).description);
  }

  async previewAnswer(offer: Uint8Array): Promise<string> {
    return serializeSdp((await this.#makeAnswer(offer)).answer);
  }

  #begin(): number {
    this.#before = this.#agreement;
    return ++this.#exchange;
  }

  async #makeOffer(reason: OfferReason): Promise<Offer> {
    const { local, terms: agreed } = this.#agreement;
    if (reason === "refresh" && local) return { description: local, terms: agreed };
    const terms = { ...agreed, ...this.#audio.proposal };
    // Offered only when it is agreed already; whoever wants it offers it.
    const rtcpMux = acceptedAudio(this.#agreement.negotiated)?.rtcpMux ?? false;
    const { origin, address, media } = await this.#audio.describe(terms, { direction: this.#offerDirection(terms), rtcpMux });
    return { description: local ? createReoffer(local, { address, media }) : createOffer({ origin, address, media }), terms };
  }

  /** "If the stream to be placed on hold was previously a sendrecv media stream, it is placed on hold by marking it as sendonly" (RFC 3264 §8.4). */
  #offerDirection(terms: AudioTerms): MediaDirection {
    const current = acceptedAudio(this.#agreement.negotiated)?.localDirection ?? "sendrecv";
    return terms.held ? holdDirection(current) : resumeDirection(current);
  }

  async #makeAnswer(offer: Uint8Array): Promise<Answer> {
    const remote = parseSdp(offer);
    const remoteHost = remote.media.find(({ kind }) => kind === "audio")?.connection?.address ?? remote.connection?.address;
    const { local, terms } = this.#agreement;
    const direction = terms.held ? "sendonly" : "sendrecv";
    const description = await this.#audio.describe(terms, { direction, rtcpMux: true, remoteHost });
    return createAnswer(remote, { ...description, ...(local ? { previous: local } : {}) });
  }

  /** Commits an outcome, unless its exchange was given up meanwhile. */
  async #agree(agreement: Agreement, exchange: number): Promise<void> {
    const ours = addressFamily(agreement.local?.connection?.address ?? agreement.local?.origin.address ?? "");
    const negotiated = await Promise.all(agreement.negotiated.map((media) => this.#resolved(media, ours)));
    if (exchange !== this.#exchange) return;
    const previous = this.#agreement;
    this.#audio.preview = this;
    this.#agreement = { ...agreement, negotiated };
    try {
      this.#report();
    } catch (error) {
      this.#agreement = previous;
      throw error;
    }
  }

  #report(): void {
    const { negotiated, terms } = this.#agreement;
    this.#user.onNegotiated(acceptedAudio(negotiated), terms.held);
  }

  /** Some devices write host names into c= (RFC 8866 §5.7 allows it); media needs numbers. */
  async #resolved(media: NegotiatedMedia, ours: AddressFamily | undefined): Promise<NegotiatedMedia> {
    const { accepted, remoteAddress, remoteRtcpAddress } = media;
    if (!accepted || (addressFamily(remoteAddress) && addressFamily(remoteRtcpAddress))) return media;
    const { network } = this.#audio.environment;
    const numeric = async (host: string): Promise<string> => {
      const found = await network.lookup(host).catch((error: Error) => {
        throw new SdpNegotiationError("SDP_CONNECTION_UNUSABLE", `no address to send to: ${error.message}`, media.mediaIndex);
      });
      return (found.find(({ family }) => family === ours) ?? found[0])?.address ?? host;
    };
    return { ...media, remoteAddress: await numeric(remoteAddress), remoteRtcpAddress: await numeric(remoteRtcpAddress) };
  }
}

function acceptedAudio(negotiated: readonly NegotiatedMedia[]): NegotiatedMedia | undefined {
  return negotiated.find(({ accepted, kind }) => accepted && kind === "audio");
}
