import { BoundedQueue } from "@sidetone/infra-common";
import type { SessionPhase, SessionProgress } from "@sidetone/session-core";
import type { Call } from "./call.ts";

/** A call that is being made. */
export class OutgoingCall {
  /** The call, as it will be after the answer; already known by its id. */
  readonly call: Call;
  /** Resolves with the call when it is answered; rejects with a ClientError that says why it was not, or with `signal.reason`. */
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

  get phase(): SessionPhase {
    return this.call.phase;
  }

  /** The provisional responses, in order; ends with the answer or the refusal. */
  get progress(): AsyncIterable<SessionProgress> {
    return this.#progress;
  }

  /** Gives up: CANCEL, as soon as SIP allows one (RFC 3261 §9.1). Does nothing to an answered call. */
  cancel(): void {
    if (this.call.phase === "Initiating" || this.call.phase === "Ringing") void this.call.hangUp();
  }
}
