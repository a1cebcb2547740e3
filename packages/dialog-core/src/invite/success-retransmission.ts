import type { Timer } from "@sidetone/infra-common";
import type { SipResponse } from "@sidetone/sip-core";
import type { InviteServerTransaction } from "@sidetone/transaction-core";
import type { UserAgentHost } from "../user-agent/user-agent-host.ts";

/** What waits for the ACK. */
export interface AckWaiter {
  /** 64·T1 have passed without ACK. */
  onAckTimeout(): void;
}

/**
 * A 2xx to INVITE that is repeated until its ACK comes: after T1, then after twice as long each time up to T2, for 64·T1 in all, over
 * reliable transports too (RFC 3261 §13.3.1.4).
 */
export class SuccessRetransmission {
  readonly sequenceNumber: number;
  readonly #core: UserAgentHost;
  readonly #transaction: InviteServerTransaction;
  readonly #response: SipResponse;
  readonly #waiter: AckWaiter;
  #intervalMs: number;
  #leftMs: number;
  #timer: Timer;

  /** Sends `response` for the first time. */
  constructor(core: UserAgentHost, transaction: InviteServerTransaction, response: SipResponse, waiter: AckWaiter) {
    this.#core = core;
    this.#transaction = transaction;
    this.#response = response;
    this.#waiter = waiter;
    this.sequenceNumber = response.sequenceNumber;
    this.#intervalMs = core.timers.T1;
    this.#leftMs = 64 * core.timers.T1;
    transaction.respond(response);
    this.#timer = core.environment.clock.setTimer(this.#intervalMs, onTimer, this as SuccessRetransmission);
  }

  /** The ACK came, or the call is over. */
  stop(): void {
    this.#timer.cancel();
    this.#transaction.acknowledged();
  }

  repeat(): void {
    const { clock } = this.#core.environment;
    this.#leftMs -= this.#intervalMs;
    if (this.#leftMs <= 0) return this.#waiter.onAckTimeout();
    this.#transaction.respond(this.#response);
    this.#intervalMs = Math.min(2 * this.#intervalMs, this.#core.timers.T2, this.#leftMs);
    this.#timer = clock.setTimer(this.#intervalMs, onTimer, this as SuccessRetransmission);
  }
}

function onTimer(success: SuccessRetransmission): void {
  success.repeat();
}
