import type { SipRequest } from "@sidetone/sip-core";
import type { OfferReason } from "../media-negotiator.ts";
import type { OfferAnswerSituation } from "../offer-answer.ts";
import type { ModifyOptions } from "./invite-usage.ts";

/** One re-INVITE within a dialog, of either side. */
export interface Modification {
  readonly situation: OfferAnswerSituation;
  /** The call ends. */
  input(input: "end"): void;
}

/** A re-INVITE of ours, as the queue sees it. */
export interface QueuedModification extends Modification {
  input(input: "start" | "end"): void;
}

/** A re-INVITE of the peer's, as the queue sees it. */
export interface TakenModification extends Modification {
  readonly sequenceNumber: number;
  input(input: "ack" | "end", ack?: SipRequest): void;
}

/** The re-INVITEs of a dialog in their order. */
export interface Modifications {
  /** How far the latest of them has come; undefined when none is under way. */
  readonly situation: OfferAnswerSituation | undefined;
  /** Queues one of ours; see `InviteUsage.modify`. */
  add(reason: Exclude<OfferReason, "initial">, options: ModifyOptions): Promise<void>;
  /** The peer's was taken. */
  addIncoming(modification: TakenModification): void;
  onAck(ack: SipRequest): void;
  /** Starts the next of ours as soon as none is under way, either way. */
  advance(): void;
  /** One is done, in whatever way. */
  remove(modification: Modification): void;
  /** Puts the present one of ours back in front, to be started again after `delayMs`. */
  retry(modification: QueuedModification, delayMs: number): void;
  /** The call ends: nothing is modified any more. */
  end(): void;
}
