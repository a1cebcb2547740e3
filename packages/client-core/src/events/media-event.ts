import type { CallMediaInfo } from "../call/call-info.ts";
import type { EventStamp, OfCall } from "./event-stamp.ts";
import type { QualityBand, QualityCause } from "./quality-band.ts";

/** A session description of ours was offered. */
export interface SdpOfferGeneratedEvent extends EventStamp, OfCall {
  readonly type: "SdpOfferGenerated";
  readonly sdp: string;
}

/** The peer's answer to it was taken. */
export interface SdpAnswerProcessedEvent extends EventStamp, OfCall {
  readonly type: "SdpAnswerProcessed";
  readonly sdp: string;
}

/** Offer and answer met: audio may flow. Not with external media. */
export interface MediaSessionStartedEvent extends EventStamp, OfCall {
  readonly type: "MediaSessionStarted";
  readonly media: CallMediaInfo;
}

/** They met again: hold, another codec, another address. */
export interface MediaSessionUpdatedEvent extends EventStamp, OfCall {
  readonly type: "MediaSessionUpdated";
  readonly media: CallMediaInfo;
}

/** The audio was refused, or the call ended. */
export interface MediaSessionStoppedEvent extends EventStamp, OfCall {
  readonly type: "MediaSessionStopped";
}

/** The quality of what is heard changed noticeably; the figures are those of the last second. */
export interface MediaQualityChangedEvent extends EventStamp, OfCall {
  readonly type: "MediaQualityChanged";
  /** Mean opinion score, 1 to 4.5 (ITU-T G.107). */
  readonly mosScore: number;
  readonly rFactor: number;
  readonly band: QualityBand;
  /** What costs most; undefined when nothing costs much. */
  readonly cause: QualityCause | undefined;
  /** For a person. */
  readonly advice: string | undefined;
}

/** Loss began, changed by a point or more, or ended (0). In percent of the last second. */
export interface PacketLossEvent extends EventStamp, OfCall {
  readonly type: "PacketLoss";
  readonly lossPercent: number;
}

/** Jitter changed by half and 5 ms or more. */
export interface JitterChangedEvent extends EventStamp, OfCall {
  readonly type: "JitterChanged";
  readonly jitterMs: number;
}
