import type { Call } from "../call/call.ts";
import { callEndInfo, type CallEndInfo, type CallInfo } from "../call/call-info.ts";

/** Calls that are kept; the oldest go first. */
const capacity = 1000;

/** A call that has ended, as plain data. */
export interface CallRecord extends CallInfo {
  readonly end: CallEndInfo;
  /** Milliseconds since the Unix epoch. */
  readonly endedAtMs: number;
}

/** The latest calls that have ended. */
export class CallHistory {
  #records: CallRecord[] = [];

  /** The oldest first. */
  get records(): readonly CallRecord[] {
    return this.#records.slice(-capacity);
  }

  add(call: Call, info: CallInfo): void {
    const endedAtMs = info.startedAtMs + Math.round((call.endedAtMs ?? call.startedAtMs) - call.startedAtMs);
    this.#records.push({ ...info, end: callEndInfo(call.end!), endedAtMs });
    if (this.#records.length >= 2 * capacity) this.#records = this.#records.slice(-capacity);
  }
}
