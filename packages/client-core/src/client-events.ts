import type { IncomingRequest } from "@sidetone/dialog-core";
import type { Call } from "./call.ts";
import type { CallEnded } from "./call-end.ts";
import type { IncomingCall } from "./incoming-call.ts";

/** Events of a {@link Client}. */
export interface ClientEvents {
  /** A call came in. A listener decides about it when there is neither an `onIncoming` handler nor a reader of `incomingCalls()`. */
  incomingCall: { readonly incoming: IncomingCall };
  /** A call began, either way. */
  callAdded: { readonly call: Call };
  callEnded: { readonly call: Call; readonly end: CallEnded };
  /** A request outside of any call that the client takes; it must be answered. */
  requestReceived: { readonly request: IncomingRequest };
  /** An application's listener threw, or something failed that the client lives without. */
  errorOccurred: { readonly error: unknown; readonly where: string };
  closed: Record<string, never>;
}
