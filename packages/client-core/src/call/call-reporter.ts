import type { Body } from "@sidetone/dialog-core";
import type { DtmfPress, MediaQuality } from "@sidetone/media-core";
import type { NegotiatedMedia } from "@sidetone/sdp-core";
import type { Session, SessionEnd, SessionHold, SessionPhase, SessionProgress, SessionUser } from "@sidetone/session-core";
import type { Call } from "./call.ts";
import { callEnded } from "./call-end.ts";

/** Who made an outgoing call. */
export interface DialObserver {
  onProgress(progress: SessionProgress): void;
  /** It was answered, or can no more be: given up here, or over. Once. */
  onSettled(session: Session): void;
}

/** Tells a call, and the one who dialled it, what happens to its session. */
export class CallReporter implements SessionUser {
  readonly #session: Session;
  readonly #call: Call;
  #observer: DialObserver | undefined;

  constructor(session: Session, call: Call, observer?: DialObserver) {
    this.#session = session;
    this.#call = call;
    this.#observer = observer;
  }

  onProgress(progress: SessionProgress): void {
    this.#observer?.onProgress(progress);
    this.#call.report("progress", progress);
  }

  onPhaseChanged(phase: SessionPhase, previous: SessionPhase): void {
    this.#call.report("phaseChanged", { phase, previous });
    if (phase === "Connected" || phase === "Terminating") this.#settle();
  }

  onHoldChanged(hold: SessionHold): void {
    this.#call.report("holdChanged", hold);
  }

  onOfferMade({ content }: Body): void {
    if (this.#call.isHeard("offerMade")) this.#call.report("offerMade", { sdp: decoder.decode(content) });
  }

  onAnswerTaken({ content }: Body): void {
    if (this.#call.isHeard("answerTaken")) this.#call.report("answerTaken", { sdp: decoder.decode(content) });
  }

  onMediaNegotiated(media: NegotiatedMedia | undefined): void {
    this.#call.report("mediaNegotiated", { media });
  }

  onMediaActive(): void {
    this.#call.report("mediaActive", {});
  }

  onMediaTimeout(idleMs: number): void {
    this.#call.report("mediaTimedOut", { idleMs });
  }

  onDtmf(press: DtmfPress): void {
    this.#call.reportDtmf(press);
  }

  onQuality(quality: MediaQuality): void {
    this.#call.report("qualityChanged", quality);
  }

  onError(error: unknown): void {
    this.#call.report("errorOccurred", { error });
  }

  onEnded(end: SessionEnd): void {
    const session = this.#session;
    this.#call.reportEnded(callEnded(end, session, session.media?.statistics()));
    this.#settle();
  }

  #settle(): void {
    const observer = this.#observer;
    this.#observer = undefined;
    observer?.onSettled(this.#session);
  }
}

const decoder = new TextDecoder();
