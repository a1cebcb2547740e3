import type { Call } from "./call.ts";
import type { CallEvents } from "./call-events.ts";

/** Watches the events of every call of a client, for one who cannot add listeners to each. */
export interface CallWatcher {
  onCallEvent<Name extends keyof CallEvents>(call: Call, name: Name, payload: CallEvents[Name]): void;
}

/** What a call knows of the list that it is on. */
export interface CallOwner {
  /** Undefined while nobody watches: then an event costs nothing more. */
  readonly watcher: CallWatcher | undefined;
  /** The call has ended. */
  remove(call: Call): void;
}
