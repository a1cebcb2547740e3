import type { SipResponse } from "@sidetone/sip-core";
import type { Dialog } from "../dialog/dialog.ts";
import type { IncomingRequest } from "../user-agent/incoming-request.ts";
import type { InviteTermination } from "./invite-termination.ts";
import type { InviteUsage } from "./invite-usage.ts";

/**
 * What happens to an INVITE usage, for the layer above. One object may serve all its calls.
 *
 * Methods run synchronously after the usage's state was committed, may call back into it, and must not throw: what they
 * throw goes to `environment.onListenerError`. Nothing is called after `onTerminated`.
 */
export interface InviteUsageUser {
  /** Caller: a 1xx came, `100` included. `dialog` is the early dialog it belongs to, if it has a To tag. */
  onProvisional?(usage: InviteUsage, response: SipResponse, dialog: Dialog | undefined): void;
  /** Callee: the 2xx was sent. Caller: the first 2xx came; `usage.dialog` is confirmed, the media may still be negotiating. */
  onAnswered?(usage: InviteUsage): void;
  /** Callee: the ACK came. Caller: the ACK was sent. In both cases the media has taken offer and answer. */
  onEstablished(usage: InviteUsage): void;
  /** A re-INVITE of the peer was answered with 2xx, acknowledged, and taken by the media. */
  onRemoteModified?(usage: InviteUsage): void;
  /**
   * A request within the dialog other than INVITE, ACK and BYE, of a method that the core was told to allow. The user must answer
   * it. Without this method the core answers 405.
   */
  onRequest?(usage: InviteUsage, request: IncomingRequest): void;
  /** The end, whatever ended it, answered or not: exactly once, and last. */
  onTerminated(usage: InviteUsage, termination: InviteTermination): void;
}
