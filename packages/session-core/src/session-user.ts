import type { Body } from "@sidetone/dialog-core";
import type { DtmfPress, MediaQuality } from "@sidetone/media-core";
import type { NegotiatedMedia } from "@sidetone/sdp-core";
import type { SessionEnd } from "./session-end.ts";
import type { SessionPhase } from "./session-phase-table.ts";

/** A provisional response, as far as a caller cares. */
export interface SessionProgress {
  readonly statusCode: number;
  readonly reasonPhrase: string;
  /** Whether it brought a session description: what is heard now comes from the far end or the network. */
  readonly earlyMedia: boolean;
}

/** Who holds: both may. */
export interface SessionHold {
  readonly local: boolean;
  readonly remote: boolean;
}

/** What happens to a session, for the layer above. State is committed before a method runs. Methods run synchronously and must not throw. */
export interface SessionUser {
  onProgress?(progress: SessionProgress): void;
  onPhaseChanged?(phase: SessionPhase, previous: SessionPhase): void;
  onHoldChanged?(hold: SessionHold): void;
  /** An offer of ours goes out. */
  onOfferMade?(offer: Body): void;
  /** The peer's answer to it was taken. */
  onAnswerTaken?(answer: Body): void;
  /**
   * Offer and answer met: first for early media or the answer, later for each change; undefined when the stream was refused. Not with
   * external media.
   */
  onMediaNegotiated?(media: NegotiatedMedia | undefined): void;
  onMediaActive?(): void;
  /** Nothing was heard for as long as was allowed; the session ends by it. */
  onMediaTimeout?(idleMs: number): void;
  onDtmf?(press: DtmfPress): void;
  /** Once a second. */
  onQuality?(quality: MediaQuality): void;
  /** Something failed that the call lives without. */
  onError?(error: unknown): void;
  /** The end: exactly once, and last. */
  onEnded?(end: SessionEnd): void;
}
