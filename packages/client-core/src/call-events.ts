import type { DtmfPress, MediaQuality } from "@sidetone/media-core";
import type { NegotiatedMedia } from "@sidetone/sdp-core";
import type { SessionHold, SessionPhase, SessionProgress } from "@sidetone/session-core";
import type { CallEnded } from "./call-end.ts";

/** Events of a {@link Call}; each has one payload. */
export interface CallEvents {
  phaseChanged: { readonly phase: SessionPhase; readonly previous: SessionPhase };
  /** Caller: a provisional response came. */
  progress: SessionProgress;
  holdChanged: SessionHold;
  /** Offer and answer met: codec, addresses and direction, or undefined when the peer refused the audio. */
  mediaNegotiated: { readonly media: NegotiatedMedia | undefined };
  /** The first audio was heard. */
  mediaActive: Record<string, never>;
  mediaTimedOut: { readonly idleMs: number };
  /** Each key press, whether or not `call.dtmf` is read. */
  dtmfReceived: DtmfPress;
  dtmfSent: { readonly digits: string };
  /** Once a second. */
  qualityChanged: MediaQuality;
  muteChanged: { readonly microphone: boolean; readonly speaker: boolean };
  /** Something failed that the call lives without. */
  errorOccurred: { readonly error: unknown };
  ended: CallEnded;
}
