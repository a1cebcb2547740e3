import type { Timer } from "@sidetone/infra-common";
import type { SipRequest } from "@sidetone/sip-core";
import type { OfferReason } from "../media-negotiator.ts";
import { offerRights, type OfferAnswerSituation } from "../offer-answer.ts";
import type { IncomingModification } from "./incoming-modification.ts";
import type { InviteMachine } from "./invite-machine.ts";
import type { ModifyOptions } from "./invite-usage.ts";
import { OutgoingModification } from "./outgoing-modification.ts";

/**
 * The one place where the INVITEs of an answered call are put in order: ours one after the other, and none while one of the peer's is under
 * way (RFC 3261 §14.1). It exists only while there is something in it.
 */
export class ModificationQueue {
  readonly #usage: InviteMachine;
  readonly #waiting: OutgoingModification[] = [];
  #outgoing: OutgoingModification | undefined = undefined;
  /** The peer's, the latest last: a second one may come before the ACK of the first (RFC 5407 §3.1.4). */
  readonly #incoming: IncomingModification[] = [];
  #retryTimer: Timer | undefined = undefined;

  constructor(usage: InviteMachine) {
    this.#usage = usage;
  }

  /** How far the latest INVITE within the dialog has come; undefined when none is under way. */
  get situation(): OfferAnswerSituation | undefined {
    return this.#outgoing?.situation ?? this.#incoming.at(-1)?.situation;
  }

  /** Queues a re-INVITE of ours; see `InviteUsage.modify`. */
  add(reason: Exclude<OfferReason, "initial">, options: ModifyOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(new OutgoingModification(this.#usage, reason, options, { resolve, reject }));
      this.advance();
    });
  }

  /** The peer's re-INVITE was taken. */
  addIncoming(modification: IncomingModification): void {
    this.#incoming.push(modification);
  }

  onAck(ack: SipRequest): void {
    this.#incoming.find((modification) => modification.sequenceNumber === ack.sequenceNumber)?.input("ack", ack);
  }

  /** Starts the next re-INVITE as soon as none is under way, either way. */
  advance(): void {
    if (this.#retryTimer || offerRights[this.#usage.situation].send === "wait") return;
    const next = this.#waiting.shift();
    this.#outgoing = next;
    if (next) next.input("start");
    else if (this.#usage.modifications === this) this.#usage.modifications = undefined;
  }

  /** A modification is done, one way or the other. */
  remove(modification: OutgoingModification | IncomingModification): void {
    if (this.#outgoing === modification) this.#outgoing = undefined;
    removeFrom(this.#waiting, modification);
    removeFrom(this.#incoming, modification);
    this.advance();
  }

  /** Puts the present modification back in front, to be started again after `delayMs`. */
  retry(modification: OutgoingModification, delayMs: number): void {
    this.#outgoing = undefined;
    this.#waiting.unshift(modification);
    this.#retryTimer = this.#usage.core.environment.clock.setTimer(delayMs, onRetryTimer, this as ModificationQueue);
  }

  retryNow(): void {
    this.#retryTimer = undefined;
    this.advance();
  }

  /** The call ends: nothing is modified any more. */
  end(): void {
    if (this.#usage.modifications === this) this.#usage.modifications = undefined;
    this.#retryTimer?.cancel();
    for (const modification of [...this.#waiting.splice(0), ...this.#incoming.splice(0)]) modification.input("end");
    this.#outgoing?.input("end");
    this.#outgoing = undefined;
  }
}

function onRetryTimer(queue: ModificationQueue): void {
  queue.retryNow();
}

function removeFrom<Item>(list: Item[], item: unknown): void {
  const index = list.indexOf(item as Item);
  if (index >= 0) list.splice(index, 1);
}
