import type { ActionMap, TransitionTable } from "@sidetone/infra-common";
import type { SipResponse } from "@sidetone/sip-core";
import { ClientMachine, type ClientTransactionParts } from "./client-machine.ts";
import {
  nonInviteClientTable,
  type NonInviteClientAction,
  type NonInviteClientInput,
  type NonInviteClientState,
} from "./non-invite-client-table.ts";
import type { TransactionMessage } from "./transaction-machine.ts";

const onTimerE = (t: NonInviteClientMachine): void => t.input("timerE");
const onTimerF = (t: NonInviteClientMachine): void => t.input("timerF");
const onTimerK = (t: NonInviteClientMachine): void => t.input("timerK");

const actions: ActionMap<NonInviteClientMachine, NonInviteClientAction, TransactionMessage> = {
  retransmit: (t) => t.transmit(),
  doubleTimerE: (t) => t.startRepeatTimer((t.repeatIntervalMs = Math.min(2 * t.repeatIntervalMs, t.host.timers.T2)), onTimerE),
  startTimerEAtT2: (t) => t.startRepeatTimer(t.host.timers.T2, onTimerE),
  stopTimers: (t) => t.stopTimers(),
  startTimerK: (t) => (t.flow.reliable ? t.input("timerK") : t.startEndTimer(t.host.timers.T4, onTimerK)),
  passToUser: (t, message) => t.passToUser(message),
  reportTimeout: (t) => t.user.onTimeout(t),
  reportTransportError: (t, message) => t.reportTransportError(message),
  trace: (t, message) => t.traceTransportError(message),
  release: (t) => t.release(),
  end: (t) => t.end(),
};

/** Client transaction of any request but INVITE and ACK (RFC 3261 §17.1.2). Sends nothing before `start()`. */
export class NonInviteClientMachine extends ClientMachine<NonInviteClientState, NonInviteClientInput, NonInviteClientAction> {
  constructor(parts: ClientTransactionParts) {
    super("Trying", parts);
  }

  protected override get table(): TransitionTable<NonInviteClientState, NonInviteClientInput, NonInviteClientAction> {
    return nonInviteClientTable;
  }

  protected override get actions(): ActionMap<this, NonInviteClientAction, TransactionMessage> {
    return actions;
  }

  protected override startTimers(): void {
    const { T1 } = this.host.timers;
    if (!this.flow.reliable) this.startRepeatTimer((this.repeatIntervalMs = T1), onTimerE);
    this.startEndTimer(64 * T1, onTimerF);
  }

  override receive(response: SipResponse): void {
    this.input(response.statusCode < 200 ? "1xx" : "200-699", response);
  }

  override fail(error: Error): void {
    this.input("transportError", error);
  }

  /** Another server has the request: whatever this one may still say is nobody's concern. */
  supersede(): void {
    this.input("superseded");
  }

  /** A repeated final response is absorbed without the request's bytes. */
  override release(): void {
    super.release();
    this.bytes = undefined;
  }
}
