import type { Timer } from "@sidetone/infra-common";
import type { SipResponse } from "@sidetone/sip-core";
import type { InviteServerTransaction } from "@sidetone/transaction-core";
import type { UserAgentHost } from "../user-agent/user-agent-host.ts";

const intervalMs = 60_000;

/**
 * A 101–199 that is sent again every minute while the call rings: "To prevent cancellation, the UAS MUST send a non-100 provisional
 * response at every minute, to handle the possibility of lost provisional responses" (RFC 3261 §13.3.1.1).
 */
export class ProvisionalRepetition {
  readonly #core: UserAgentHost;
  readonly #transaction: InviteServerTransaction;
  readonly #response: SipResponse;
  #timer: Timer;

  /** Sends `response` for the first time. */
  constructor(core: UserAgentHost, transaction: InviteServerTransaction, response: SipResponse) {
    this.#core = core;
    this.#transaction = transaction;
    this.#response = response;
    transaction.respond(response);
    this.#timer = this.#startTimer();
  }

  /** Another response takes its place. */
  stop(): void {
    this.#timer.cancel();
  }

  repeat(): void {
    this.#transaction.respond(this.#response);
    this.#timer = this.#startTimer();
  }

  #startTimer(): Timer {
    return this.#core.environment.clock.setTimer(intervalMs, onTimer, this as ProvisionalRepetition);
  }
}

function onTimer(provisional: ProvisionalRepetition): void {
  provisional.repeat();
}
