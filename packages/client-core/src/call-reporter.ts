import type { BoundedQueue, Environment } from "@sidetone/infra-common";
import type { DtmfPress, MediaQuality } from "@sidetone/media-core";
import type { NegotiatedMedia } from "@sidetone/sdp-core";
import type { Session, SessionEnd, SessionHold, SessionPhase, SessionProgress, SessionUser } from "@sidetone/session-core";
import type { Call } from "./call.ts";
import { callEnded } from "./call-end.ts";

/** How an outgoing call tells the one who made it. */
export interface DialObserver {
  readonly progress: BoundedQueue<SessionProgress>;
  onConnected(): void;
  onEnded(end: SessionEnd): void;
}

/** Tells a call, its caller and its client what happens to its session. */
export class CallReporter implements SessionUser {
  readonly #call: Call;
  readonly #onEnded: (call: Call) => void;
  #dial: DialObserver | undefined;

  constructor(call: Call, onEnded: (call: Call) => void, dial?: DialObserver) {
    this.#call = call;
    this.#onEnded = onEnded;
    this.#dial = dial;
  }

  onProgress(_session: Session, progress: SessionProgress): void {
    this.#dial?.progress.push(progress);
    this.#call.report("progress", progress);
  }

  onPhaseChanged(_session: Session, phase: SessionPhase, previous: SessionPhase): void {
    if (phase === "Connected") {
      this.#dial?.progress.end();
      this.#dial?.onConnected();
      this.#dial = undefined;
    }
    this.#call.report("phaseChanged", { phase, previous });
  }

  onHoldChanged(_session: Session, hold: SessionHold): void {
    this.#call.report("holdChanged", hold);
  }

  onMediaNegotiated(_session: Session, media: NegotiatedMedia | undefined): void {
    this.#call.report("mediaNegotiated", { media });
  }

  onMediaActive(): void {
    this.#call.report("mediaActive", {});
  }

  onMediaTimeout(_session: Session, idleMs: number): void {
    this.#call.report("mediaTimedOut", { idleMs });
  }

  onDtmf(_session: Session, press: DtmfPress): void {
    this.#call.reportDtmf(press);
  }

  onQuality(_session: Session, quality: MediaQuality): void {
    this.#call.report("qualityChanged", quality);
  }

  onError(_session: Session, error: unknown): void {
    this.#call.report("errorOccurred", { error });
  }

  onEnded(session: Session, end: SessionEnd): void {
    const statistics = session.media?.statistics();
    this.#call.reportEnded(callEnded(end, session, statistics));
    this.#dial?.progress.end();
    this.#dial?.onEnded(end);
    this.#dial = undefined;
    this.#onEnded(this.#call);
  }
}

/** Runs an application's function and hands what it throws, or rejects with, to the environment. */
export function isolate(environment: Environment, where: string, run: () => unknown): void {
  try {
    const result = run();
    if (result instanceof Promise) result.catch((error: unknown) => environment.onListenerError(error, where));
  } catch (error) {
    environment.onListenerError(error, where);
  }
}
