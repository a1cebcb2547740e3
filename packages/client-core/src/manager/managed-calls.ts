import type { Call, HangUpOptions } from "../call/call.ts";
import type { CallEnded } from "../call/call-end.ts";
import { callEndInfo, type CallEndInfo, type CallInfo } from "../call/call-info.ts";
import { CallState } from "../call/call-state.ts";
import type { DialOptions } from "../call/dial.ts";
import type { AnswerOptions, IncomingCall, RejectOptions } from "../call/incoming-call.ts";
import { ClientError } from "../errors/client-error.ts";
import type { CallRecord } from "../events/call-history.ts";
import { callCapabilities, type CallCapabilities } from "./call-capabilities.ts";
import type { CallRef } from "./managed-lifecycle.ts";
import { ManagedRegistrations } from "./managed-registrations.ts";

export type MakeCallOptions = Omit<DialOptions, "signal">;

export interface RejectCallOptions extends RejectOptions {
  /** 400 to 699. Default 486 Busy Here. */
  statusCode?: number;
}

/** A call with everything that is known of it, as plain data. */
export interface CallDetails extends CallInfo {
  /** Time since the answer, in milliseconds; 0 before it. */
  readonly durationMs: number;
  readonly capabilities: CallCapabilities;
  /** Undefined until it has ended. */
  readonly end: CallEndInfo | undefined;
}

/** Making, taking, ending and finding calls. */
export abstract class ManagedCalls extends ManagedRegistrations {
  /**
   * Calls `target` and resolves with the call as soon as it is under way; its events tell what becomes of it, and `call.ended` resolves
   * whatever that is.
   *
   * @throws {ClientError} Rejects as `Client.dial` throws: `SIP_URI_INVALID`, `CONFIG_INVALID`, `TOO_MANY_CALLS`, `CLIENT_STOPPED` …
   */
  makeCall(target: string, options: MakeCallOptions = {}): Promise<Call> {
    return this.command("makeCall", () => this.client.dial(target, options).call);
  }

  /**
   * Answers an incoming call; resolves when the caller has acknowledged it.
   *
   * @throws {ClientError} `CALL_NOT_FOUND`; `CALL_STATE_INVALID` when it does not wait for a decision; `CALL_ENDED` when the caller gives up
   *   first; `MEDIA_NO_COMMON_CODEC`, `MEDIA_NEGOTIATION_FAILED`.
   */
  answerCall(ref: CallRef, options: AnswerOptions = {}): Promise<Call> {
    return this.command("answerCall", () => this.#waiting(ref).answer(options));
  }

  /** @deprecated It is the same as {@link answerCall}. */
  acceptCall(ref: CallRef, options: AnswerOptions = {}): Promise<Call> {
    return this.answerCall(ref, options);
  }

  /** Refuses an incoming call. @throws {ClientError} `CALL_NOT_FOUND`, `CALL_STATE_INVALID`, `CONFIG_INVALID`. */
  rejectCall(ref: CallRef, { statusCode, ...options }: RejectCallOptions = {}): Promise<void> {
    return this.command("rejectCall", () => this.#waiting(ref).reject(statusCode, options));
  }

  /** Ends a call: BYE, CANCEL or a refusal, as its state asks. Resolves when it has ended. @throws {ClientError} `CALL_NOT_FOUND`. */
  terminateCall(ref: CallRef, options: HangUpOptions = {}): Promise<CallEnded> {
    return this.command("terminateCall", () => this.resolve(ref).hangUp(options));
  }

  /** @deprecated It is the same as {@link terminateCall}. */
  hangupCall(ref: CallRef, options: HangUpOptions = {}): Promise<CallEnded> {
    return this.terminateCall(ref, options);
  }

  /** The call of this id. @throws {ClientError} `CALL_NOT_FOUND`: there is none, or it has ended; see `getCallHistory`. */
  getCall(ref: CallRef): Call {
    return this.resolve(ref);
  }

  /** Everything about a call, as plain data. @throws {ClientError} `CALL_NOT_FOUND`. */
  getCallDetailed(ref: CallRef): CallDetails {
    const call = this.resolve(ref);
    const { durationMs, end } = call;
    return { ...this.client.events.infoOf(call), durationMs, capabilities: callCapabilities(call), end: end && callEndInfo(end) };
  }

  /** Calls that have not ended, oldest first. */
  listCalls(): readonly Call[] {
    return this.client.calls;
  }

  getCallsByState(...states: CallState[]): readonly Call[] {
    return this.client.calls.filter(({ state }) => states.includes(state));
  }

  getCallsByDirection(direction: "outgoing" | "incoming"): readonly Call[] {
    return this.client.calls.filter((call) => call.direction === direction);
  }

  /** Calls that are answered and not over. */
  getActiveCalls(): readonly Call[] {
    return this.client.calls.filter(({ state }) => CallState.isActive(state));
  }

  /** The latest calls that have ended, the oldest first; at most 1,000. */
  getCallHistory(): readonly CallRecord[] {
    return this.client.history;
  }

  /** What can be done with a call at this moment. @throws {ClientError} `CALL_NOT_FOUND`. */
  getCallCapabilities(ref: CallRef): CallCapabilities {
    return callCapabilities(this.resolve(ref));
  }

  #waiting(ref: CallRef): IncomingCall {
    const call = this.resolve(ref);
    const incoming = this.client.findIncoming(call.id);
    if (!incoming) throw new ClientError("CALL_STATE_INVALID", `A call that is ${call.state} does not wait for an answer`);
    return incoming;
  }
}
