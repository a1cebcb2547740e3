import type { ActionMap, TransitionTable } from "@sidetone/infra-common";
import type { SipResponse } from "@sidetone/sip-core";
import { inviteServerTable, type InviteServerAction, type InviteServerInput, type InviteServerState } from "./invite-server-table.ts";
import { ServerMachine, type ServerTransactionParts } from "./server-machine.ts";
import type { TransactionMessage } from "./transaction-machine.ts";
import type { InviteServerTransaction } from "./transaction.ts";

const onTrying = (t: InviteServerMachine): void => t.input("trying");
const onTimerG = (t: InviteServerMachine): void => t.input("timerG");
const onTimerH = (t: InviteServerMachine): void => t.input("timerH");
const onTimerI = (t: InviteServerMachine): void => t.input("timerI");
const onTimerL = (t: InviteServerMachine): void => t.input("timerL");

const actions: ActionMap<InviteServerMachine, InviteServerAction, TransactionMessage> = {
  sendTrying: (t) => t.sendTrying(),
  send: (t, message) => t.send(message as SipResponse),
  sendFinal: (t, message) => t.sendFinal(message as SipResponse),
  resend: (t) => t.resend(),
  stopTimers: (t) => t.stopTimers(),
  startTimerG: (t) => {
    if (!t.flow.reliable) t.startRepeatTimer((t.repeatIntervalMs = t.host.timers.T1), onTimerG);
  },
  doubleTimerG: (t) => t.startRepeatTimer((t.repeatIntervalMs = Math.min(2 * t.repeatIntervalMs, t.host.timers.T2)), onTimerG),
  startTimerH: (t) => t.startEndTimer(64 * t.host.timers.T1, onTimerH),
  startTimerI: (t) => (t.flow.reliable ? t.input("timerI") : t.startEndTimer(t.host.timers.T4, onTimerI)),
  startTimerL: (t) => t.startEndTimer(64 * t.host.timers.T1, onTimerL),
  reportAcked: (t) => t.reportAcked(),
  reportTransportError: (t, message) => t.reportTransportError(message),
  reportTerminated: (t) => t.user?.onTerminated?.(t),
  end: (t) => t.end(),
};

/** INVITE server transaction (RFC 3261 §17.2.1, RFC 6026 §7.1). */
export class InviteServerMachine
  extends ServerMachine<InviteServerState, InviteServerInput, InviteServerAction>
  implements InviteServerTransaction
{
  constructor(parts: ServerTransactionParts) {
    super("Proceeding", parts);
  }

  protected override get table(): TransitionTable<InviteServerState, InviteServerInput, InviteServerAction> {
    return inviteServerTable;
  }

  protected override get actions(): ActionMap<this, InviteServerAction, TransactionMessage> {
    return actions;
  }

  override respond(response: SipResponse): void {
    const { statusCode } = response;
    this.input(statusCode < 200 ? "1xx" : statusCode < 300 ? "2xx" : "300-699", response);
  }

  override receiveAgain(): void {
    this.input("INVITE");
  }

  /** "The server transaction MUST generate a 100 (Trying) response unless it knows that the TU will generate a … response within 200 ms" (§17.2.1). */
  override awaitResponse(): void {
    const { tryingDelayMs } = this.host.timers;
    if (tryingDelayMs <= 0) this.input("trying");
    else this.startRepeatTimer(tryingDelayMs, onTrying);
  }

  override fail(error: Error): void {
    this.input("transportError", error);
  }

  acknowledged(): void {
    if (this.state !== "Accepted" || !this.hasBytes) return;
    this.bytes = undefined;
    this.linger();
  }

  reportAcked(): void {
    this.bytes = undefined;
    this.user?.onAcked?.(this);
  }
}
