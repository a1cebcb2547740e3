import type { CallInfo } from "../call/call-info.ts";
import type { IncomingCall } from "../call/incoming-call.ts";
import { ClientError } from "../errors/client-error.ts";
import type { ClientEventMap, ClientEventType } from "../events/client-event.ts";

/** What is to become of an incoming call. `Ignore` lets it ring, to be decided by a command later. */
export type IncomingCallAction =
  "Accept" | "Reject" | "Ignore" | { readonly reject: number } | { readonly redirect: string | readonly string[] };

/** A method for each type of event: `onCallStateChanged`, `onDtmfReceived` … */
type EventMethods = {
  readonly [Type in Exclude<ClientEventType, "IncomingCall"> as `on${Type}`]?: (event: ClientEventMap[Type]) => void;
};

/** An object that hears of events, and may decide about incoming calls. */
export interface ClientEventHandler extends EventMethods {
  /** Decides about a call, at once or later. What it throws refuses the call with 500. */
  onIncomingCall?(call: CallInfo): IncomingCallAction | Promise<IncomingCallAction>;
}

/** Asks the handler and does with the call what it wants: before it returns, when the handler knows at once. */
export function decide(handler: ClientEventHandler, incoming: IncomingCall, call: CallInfo): unknown {
  const action = handler.onIncomingCall!(call);
  return action instanceof Promise ? action.then((decided) => act(incoming, decided)) : act(incoming, action);
}

function act(incoming: IncomingCall, action: IncomingCallAction): unknown {
  if (incoming.decided) return undefined; // a command, or the caller, was quicker
  if (action === "Accept") return incoming.answer();
  if (action === "Reject") return incoming.reject();
  if (action === "Ignore") return incoming.ring();
  if (typeof action === "object" && "reject" in action) return incoming.reject(action.reject);
  if (typeof action === "object" && "redirect" in action) return incoming.redirect(action.redirect);
  throw new ClientError("CONFIG_INVALID", "onIncomingCall gives Accept, Reject, Ignore, { reject } or { redirect }");
}
