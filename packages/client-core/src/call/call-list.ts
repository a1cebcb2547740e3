import { TurnoverMap } from "@sidetone/infra-common";
import { Call, type CallOwner, type CallParts, type CallWatcher } from "./call.ts";
import { CallReporter, type DialObserver } from "./call-reporter.ts";

/** How many calls a client has had. */
export interface CallCounts {
  readonly outgoing: number;
  readonly incoming: number;
  /** Of both, those that were answered. */
  readonly answered: number;
  readonly ended: number;
}

/** Hears of calls that come and go. */
export interface CallListUser {
  onCallAdded(call: Call): void;
  onCallEnded(call: Call): void;
}

/** The calls of a client that have not ended. */
export class CallList implements CallOwner {
  watcher: CallWatcher | undefined = undefined;
  readonly #user: CallListUser;
  readonly #calls = new TurnoverMap<string, Call>();
  #outgoing = 0;
  #incoming = 0;
  #answered = 0;
  #ended = 0;

  constructor(user: CallListUser) {
    this.#user = user;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** Oldest first. */
  get all(): readonly Call[] {
    return this.#calls.values();
  }

  get counts(): CallCounts {
    return { outgoing: this.#outgoing, incoming: this.#incoming, answered: this.#answered, ended: this.#ended };
  }

  find(id: string): Call | undefined {
    return this.#calls.get(id);
  }

  /** Makes the call of a session, which reports to it from here on. A listener may end it before this returns. */
  add(parts: Omit<CallParts, "owner">, observer?: DialObserver): Call {
    const call = new Call({ ...parts, owner: this });
    parts.session.user = new CallReporter(parts.session, call, observer);
    this.#calls.set(call.id, call);
    if (call.direction === "outgoing") this.#outgoing++;
    else this.#incoming++;
    this.#user.onCallAdded(call);
    return call;
  }

  remove(call: Call): void {
    this.#calls.delete(call.id);
    this.#ended++;
    if (call.connectedAtMs !== undefined) this.#answered++;
    this.#user.onCallEnded(call);
  }
}
