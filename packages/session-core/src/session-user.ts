import type { DtmfPress, MediaQuality } from "@sidetone/media-core";
import type { NegotiatedMedia } from "@sidetone/sdp-core";
import type { Session } from "./session.ts";
import type { SessionEnd } from "./session-end.ts";
import type { SessionPhase } from "./session-phase-table.ts";

/** A provisional response, as far as a caller cares. */
export interface SessionProgress {
  readonly statusCode: number;
  readonly reasonPhrase: string;
  /** Whether it brought a session description: what is heard now comes from the far end or the network. */
  readonly earlyMedia: boolean;
}

/**
 * What happens to a session, for the layer above. State is committed before a method runs; methods run synchronously and what they
 * throw goes to `environment.onListenerError`. `onEnded` is called exactly once and is the last.
 */
export interface SessionUser {
  onProgress?(session: Session, progress: SessionProgress): void;
  onPhaseChanged?(session: Session, phase: SessionPhase, previous: SessionPhase): void;
  onHoldChanged?(session: Session, hold: SessionHold): void;
  /** Offer and answer met: first for early media or the answer, later for each change; undefined when the stream was refused. */
  onMediaNegotiated?(session: Session, media: NegotiatedMedia | undefined): void;
  onMediaActive?(session: Session): void;
  onMediaTimeout?(session: Session, idleMs: number): void;
  onDtmf?(session: Session, press: DtmfPress): void;
  onQuality?(session: Session, quality: MediaQuality): void;
  /** Something failed that the call lives without. */
  onError?(session: Session, error: unknown): void;
  onEnded?(session: Session, end: SessionEnd): void;
}

/** Who holds: both may. */
export interface SessionHold {
  readonly local: boolean;
  readonly remote: boolean;
}
