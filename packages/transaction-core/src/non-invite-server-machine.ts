import type { ActionMap, TransitionTable } from "@sidetone/infra-common";
import type { SipResponse } from "@sidetone/sip-core";
import {
  nonInviteServerTable,
  type NonInviteServerAction,
  type NonInviteServerInput,
  type NonInviteServerState,
} from "./non-invite-server-table.ts";
import { ServerMachine, type ServerTransactionParts } from "./server-machine.ts";
import { TransactionError } from "./transaction-error.ts";
import type { TransactionMessage } from "./transaction-machine.ts";
import { timerEReachesT2Ms } from "./transaction-timers.ts";

const onTrying = (t: NonInviteServerMachine): void => t.input("trying");
const onExpired = (t: NonInviteServerMachine): void => t.input("expired");
const onTimerJ = (t: NonInviteServerMachine): void => t.input("timerJ");

const actions: ActionMap<NonInviteServerMachine, NonInviteServerAction, TransactionMessage> = {
  sendTrying: (t) => t.sendTrying(),
  sendFinal: (t, message) => t.sendFinal(message as SipResponse),
  resend: (t) => t.resend(),
  stopTimers: (t) => t.stopTimers(),
  startExpiry: (t) => t.startEndTimer(64 * t.host.timers.T1 - timerEReachesT2Ms(t.host.timers), onExpired),
  startTimerJ: (t) => {
    if (t.flow.reliable) return t.input("timerJ");
    if (t.linger()) return;
    t.compact();
    t.startEndTimer(64 * t.host.timers.T1, onTimerJ);
  },
  reportTransportError: (t, message) => t.reportTransportError(message),
  reportTerminated: (t) => t.user?.onTerminated?.(t),
  end: (t) => t.end(),
};

/** Server transaction of any request but INVITE and ACK (RFC 3261 §17.2.2, RFC 4320). */
export class NonInviteServerMachine extends ServerMachine<NonInviteServerState, NonInviteServerInput, NonInviteServerAction> {
  constructor(parts: ServerTransactionParts) {
    super("Trying", parts);
  }

  protected override get table(): TransitionTable<NonInviteServerState, NonInviteServerInput, NonInviteServerAction> {
    return nonInviteServerTable;
  }

  protected override get actions(): ActionMap<this, NonInviteServerAction, TransactionMessage> {
    return actions;
  }

  override respond(response: SipResponse): void {
    const { statusCode } = response;
    if (statusCode === 408 || (statusCode > 100 && statusCode < 200)) {
      throw new TransactionError("TRANSACTION_RESPONSE_FORBIDDEN", `${this.method} must not be answered ${statusCode} (RFC 4320 §4)`);
    }
    if (statusCode >= 200) this.input("200-699", response);
  }

  override receiveAgain(): void {
    this.input("request");
  }

  override awaitResponse(): void {
    this.startRepeatTimer(timerEReachesT2Ms(this.host.timers), onTrying);
  }

  override fail(error: Error): void {
    this.input("transportError", error);
  }
}
