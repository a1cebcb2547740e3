import type { BoundedQueue } from "@sidetone/infra-common";
import type { SessionPhase, SessionProgress } from "@sidetone/session-core";
import type { Call } from "./call.ts";
import type { CallState } from "./call-state.ts";
import type { RemoteParty } from "./remote-party.ts";

/** A call that is being made. */
export class OutgoingCall {
  /** The call, as it will be after the answer; already known by its id. */
  readonly call: Call;
  /**
   * Resolves with the call when it is answered. Rejects as soon as it cannot be any more: with a ClientError that says why, or with
   * `signal.reason`; the peer may still have to confirm the CANCEL then, which `call.ended` waits for.
   */
  readonly answered: Promise<Call>;
  readonly #progress: BoundedQueue<SessionProgress>;

  /** @internal */
  constructor(call: Call, answered: Promise<Call>, progress: BoundedQueue<SessionProgress>) {
    this.call = call;
    this.answered = answered;
    this.#progress = progress;
    answered.catch(() => {}); // a caller that follows only `progress` or `ended` is no unhandled rejection
  }

  get id(): Call["id"] {
    return this.call.id;
  }

  get remote(): RemoteParty {
    return this.call.remote;
  }

  get phase(): SessionPhase {
    return this.call.phase;
  }

  get state(): CallState {
    return this.call.state;
  }

  /** The provisional responses, in order; ends with the answer or the refusal. One reader; the last 64 are kept for it. */
  get progress(): AsyncIterable<SessionProgress> {
    return this.#progress;
  }

  /** Gives up: CANCEL, as soon as SIP allows one (RFC 3261 §9.1). Does nothing to an answered call. */
  cancel(): void {
    if (this.call.phase === "Initiating" || this.call.phase === "Ringing") void this.call.hangUp();
  }
}
