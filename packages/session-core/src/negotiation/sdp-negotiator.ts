import type { Body, MediaNegotiator, OfferReason } from "@sidetone/dialog-core";
import { addressFamily } from "@sidetone/infra-common";
import {
  createAnswer,
  createOffer,
  createReoffer,
  parseSdp,
  processAnswer,
  serializeSdp,
  type NegotiatedMedia,
  type SessionDescription,
} from "@sidetone/sdp-core";
import type { HoldableNegotiator } from "../hold.ts";
import { SessionError } from "../session-error.ts";
import type { LocalAudio } from "./local-audio.ts";

/** Where a negotiator stands: our last description and what it led to. */
interface Agreement {
  readonly local: SessionDescription | undefined;
  readonly negotiated: readonly NegotiatedMedia[];
}

const nothing: Agreement = { local: undefined, negotiated: [] };

/** Hears the outcome of each exchange: the audio stream, or undefined when it was refused. */
export type NegotiationListener = (audio: NegotiatedMedia | undefined) => void;

/** Offer and answer (RFC 3264) for a session whose audio lives here, one negotiator per (early) dialog. */
export class SdpNegotiator implements MediaNegotiator, HoldableNegotiator {
  readonly #audio: LocalAudio;
  readonly #onNegotiated: NegotiationListener;
  #agreement: Agreement = nothing;
  /** What stood before the exchange under way, to go back to. */
  #before: Agreement = nothing;
  #offer: SessionDescription | undefined;

  constructor(audio: LocalAudio, onNegotiated: NegotiationListener) {
    this.#audio = audio;
    this.#onNegotiated = onNegotiated;
  }

  wantHold(held: boolean): void {
    this.#audio.held = held;
  }

  async createOffer(reason: OfferReason): Promise<Body> {
    this.#before = this.#agreement;
    const { local } = this.#agreement;
    this.#offer = reason === "refresh" && local ? local : await this.#draftOffer(local);
    return sdpBody(this.#offer);
  }

  async acceptOffer(offer: Body): Promise<Body> {
    const remote = parseSdp(offer.content);
    const remoteAddress = remote.media.find(({ kind }) => kind === "audio")?.connection?.address ?? remote.connection?.address;
    const description = await this.#audio.describe(remoteAddress);
    const { local: previous } = this.#agreement;
    const { answer, negotiated } = createAnswer(remote, { ...description, ...(previous ? { previous } : {}) });
    this.#before = this.#agreement;
    await this.#settle(answer, negotiated);
    return sdpBody(answer);
  }

  async acceptAnswer(answer: Body, kind: "provisional" | "final"): Promise<void> {
    const offer = this.#offer;
    if (!offer) throw new SessionError("SESSION_MEDIA", "The peer answered an offer that was not made");
    const negotiated = processAnswer(offer, parseSdp(answer.content), { previous: this.#before.negotiated });
    if (kind === "final" && !this.#before.local && !negotiated.some(({ accepted }) => accepted)) {
      throw new SessionError("SESSION_MEDIA", "The peer answered the call and refused its audio");
    }
    if (kind === "final") this.#offer = undefined;
    await this.#settle(offer, negotiated);
  }

  rollback(): void {
    this.#offer = undefined;
    this.#agreement = this.#before;
    this.#onNegotiated(acceptedAudio(this.#agreement.negotiated));
  }

  fork(): MediaNegotiator {
    const sibling = new SdpNegotiator(this.#audio, this.#onNegotiated);
    sibling.#offer = this.#offer ?? this.#agreement.local;
    return sibling;
  }

  close(): void {
    this.#offer = undefined;
    this.#agreement = this.#before = nothing;
  }

  async #draftOffer(previous: SessionDescription | undefined): Promise<SessionDescription> {
    const { origin, media } = await this.#audio.describe();
    return previous ? createReoffer(previous, { media }) : createOffer({ origin, media });
  }

  async #settle(local: SessionDescription, negotiated: readonly NegotiatedMedia[]): Promise<void> {
    this.#agreement = { local, negotiated };
    const audio = acceptedAudio(negotiated);
    this.#onNegotiated(audio && (await this.#resolved(audio)));
  }

  /** Some devices write host names into c= (RFC 8866 §5.7 allows it); media needs numbers. */
  async #resolved(audio: NegotiatedMedia): Promise<NegotiatedMedia> {
    if (addressFamily(audio.remoteAddress) && addressFamily(audio.remoteRtcpAddress)) return audio;
    const { network } = this.#audio.environment;
    const numeric = async (name: string): Promise<string> => (await network.lookup(name))[0]?.address ?? name;
    return { ...audio, remoteAddress: await numeric(audio.remoteAddress), remoteRtcpAddress: await numeric(audio.remoteRtcpAddress) };
  }
}

function acceptedAudio(negotiated: readonly NegotiatedMedia[]): NegotiatedMedia | undefined {
  return negotiated.find(({ accepted, kind }) => accepted && kind === "audio");
}

function sdpBody(description: SessionDescription): Body {
  return { contentType: "application/sdp", content: Buffer.from(serializeSdp(description)) };
}
