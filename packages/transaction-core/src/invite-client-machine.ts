import type { ActionMap, TransitionTable } from "@sidetone/infra-common";
import { serializeMessage, type HeaderInput, type SipResponse } from "@sidetone/sip-core";
import { viaFor } from "@sidetone/sip-transport";
import { acknowledgementOf } from "./derived-requests.ts";
import { ClientMachine, type ClientTransactionParts } from "./client-machine.ts";
import { inviteClientTable, type InviteClientAction, type InviteClientInput, type InviteClientState } from "./invite-client-table.ts";
import type { TransactionMessage } from "./transaction-machine.ts";

const onTimerA = (t: InviteClientMachine): void => t.input("timerA");
const onTimerB = (t: InviteClientMachine): void => t.input("timerB");
const onTimerD = (t: InviteClientMachine): void => t.input("timerD");
const onTimerM = (t: InviteClientMachine): void => t.input("timerM");
const onCancelTimeout = (t: InviteClientMachine): void => t.input("cancelTimeout");

const actions: ActionMap<InviteClientMachine, InviteClientAction, TransactionMessage> = {
  retransmit: (t) => t.transmit(),
  doubleTimerA: (t) => t.startRepeatTimer((t.repeatIntervalMs *= 2), onTimerA),
  stopSending: (t) => t.stopSending(),
  stopRepeating: (t) => t.stopRepeatTimer(),
  // "The client transaction SHOULD start timer D … at least 32 seconds for unreliable transports, and zero seconds for reliable" (§17.1.1.2)
  startTimerD: (t) => (t.flow.reliable ? t.input("timerD") : t.startEndTimer(t.host.timers.D, onTimerD)),
  startTimerM: (t) => t.startEndTimer(64 * t.host.timers.T1, onTimerM),
  startCancelTimeout: (t) => t.startEndTimer(64 * t.host.timers.T1, onCancelTimeout),
  recallWish: (t) => t.recallWish(),
  sendCancel: (t) => t.sendCancel(),
  sendAck: (t, message) => t.acknowledge(message as SipResponse),
  resendAck: (t) => t.transmit(),
  passToUser: (t, message) => t.passToUser(message),
  reportTimeout: (t) => t.user.onTimeout(t),
  reportTransportError: (t, message) => t.reportTransportError(message),
  trace: (t, message) => t.traceTransportError(message),
  release: (t) => t.release(),
  end: (t) => t.end(),
};

/** INVITE client transaction (RFC 3261 §17.1.1, RFC 6026 §7.2). Sends nothing before `start()`. */
export class InviteClientMachine extends ClientMachine<InviteClientState, InviteClientInput, InviteClientAction> {
  #cancelHeaders: readonly HeaderInput[] | undefined = undefined;
  #isGivenUp = false;

  constructor(parts: ClientTransactionParts) {
    super("Calling", parts);
  }

  protected override get table(): TransitionTable<InviteClientState, InviteClientInput, InviteClientAction> {
    return inviteClientTable;
  }

  protected override get actions(): ActionMap<this, InviteClientAction, TransactionMessage> {
    return actions;
  }

  protected override startTimers(): void {
    const { T1 } = this.host.timers;
    if (!this.flow.reliable) this.startRepeatTimer((this.repeatIntervalMs = T1), onTimerA);
    this.startEndTimer(64 * T1, onTimerB);
  }

  override receive(response: SipResponse): void {
    const { statusCode } = response;
    this.input(statusCode < 200 ? "1xx" : statusCode < 300 ? "2xx" : "300-699", response);
  }

  override fail(error: Error): void {
    this.input("transportError", error);
  }

  /** The INVITE is not repeated any more. */
  stopSending(): void {
    this.stopTimers();
    this.bytes = undefined;
  }

  /** Sends CANCEL now, or with the first provisional response; once there is a final response, never (RFC 3261 §9.1). */
  cancel(headers: readonly HeaderInput[]): void {
    if (this.#cancelHeaders) return;
    this.#cancelHeaders = headers;
    this.input("cancelled");
  }

  /** Another server has the request: it is not repeated, and cancelled as soon as this one is heard of. */
  supersede(): void {
    this.input("superseded");
    this.cancel([]);
  }

  /** Nobody waits for the final response any more: it gets as long to come as after a CANCEL, though none is sent. */
  giveUp(): void {
    this.#isGivenUp = true;
    this.input("givenUp");
  }

  /** What was asked for before the first provisional response. */
  recallWish(): void {
    if (this.#cancelHeaders) this.input("cancelled");
    else if (this.#isGivenUp) this.input("givenUp");
  }

  sendCancel(): void {
    this.host.sendCancel(this, this.#cancelHeaders ?? []);
  }

  /** Sends the ACK to a refusal; from now on it is what a repeated refusal gets again. */
  acknowledge(response: SipResponse): void {
    this.bytes = serializeMessage(acknowledgementOf(this.request, response), viaFor(this.flow, this.branch));
    this.transmit();
    this.compact();
  }
}
