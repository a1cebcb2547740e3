import type { Timer } from "@sidetone/infra-common";
import type { SipRequest } from "@sidetone/sip-core";
import type { OfferReason } from "../media-negotiator.ts";
import { offerRights, type OfferAnswerSituation } from "../offer-answer.ts";
import type { InviteCall } from "./invite-call.ts";
import type { ModifyOptions } from "./invite-usage.ts";
import type { Modification, Modifications, QueuedModification, TakenModification } from "./modification.ts";
import { OutgoingModification } from "./outgoing-modification.ts";

/**
 * The one place where the INVITEs of an answered call are put in order: ours one after the other, and none while one of the peer's is under
 * way (RFC 3261 §14.1). It exists only while there is something in it.
 */
export class ModificationQueue implements Modifications {
  readonly #usage: InviteCall;
  readonly #waiting: QueuedModification[] = [];
  #outgoing: QueuedModification | undefined = undefined;
  /** The peer's, the latest last: a second one may come before the ACK of the first (RFC 5407 §3.1.4). */
  readonly #incoming: TakenModification[] = [];
  #retryTimer: Timer | undefined = undefined;

  constructor(usage: InviteCall) {
    this.#usage = usage;
  }

  get situation(): OfferAnswerSituation | undefined {
    return this.#outgoing?.situation ?? this.#incoming.at(-1)?.situation;
  }

  add(reason: Exclude<OfferReason, "initial">, options: ModifyOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(new OutgoingModification(this.#usage, reason, options, { resolve, reject }));
      this.advance();
    });
  }

  addIncoming(modification: TakenModification): void {
    this.#incoming.push(modification);
  }

  onAck(ack: SipRequest): void {
    this.#incoming.find((modification) => modification.sequenceNumber === ack.sequenceNumber)?.input("ack", ack);
  }

  advance(): void {
    if (this.#retryTimer || offerRights[this.#usage.situation].send === "wait") return;
    const next = this.#waiting.shift();
    this.#outgoing = next;
    if (next) next.input("start");
    else if (this.#usage.modifications === this) this.#usage.modifications = undefined;
  }

  remove(modification: Modification): void {
    if (this.#outgoing === modification) this.#outgoing = undefined;
    removeFrom<Modification>(this.#waiting, modification);
    removeFrom<Modification>(this.#incoming, modification);
    this.advance();
  }

  retry(modification: QueuedModification, delayMs: number): void {
    this.#outgoing = undefined;
    this.#waiting.unshift(modification);
    this.#retryTimer = this.#usage.core.environment.clock.setTimer(delayMs, onRetryTimer, this as ModificationQueue);
  }

  retryNow(): void {
    this.#retryTimer = undefined;
    this.advance();
  }

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

function removeFrom<Item>(list: Item[], item: Item): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}
