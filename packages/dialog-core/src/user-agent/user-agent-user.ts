import type { SipRequest } from "@sidetone/sip-core";
import type { Flow } from "@sidetone/sip-transport";
import type { DialogUsage } from "../dialog/dialog.ts";
import type { DigestVerdict } from "../digest-server/digest-server.ts";
import type { IncomingInvite } from "../invite/incoming-invite.ts";
import type { IncomingRequest, Refusal } from "./incoming-request.ts";

/**
 * What a user-agent core brings to the layer above. Methods run synchronously; what they throw goes to `environment.onListenerError`,
 * and a request left without an answer by it is answered 500.
 */
export interface UserAgentUser {
  /**
   * A call comes in. Decide at once or later; an INVITE without any response is answered 100 after 200 ms (RFC 3261 §17.2.1).
   * Nobody hears that it rings before {@link IncomingInvite.ring}, unless the core was told to ring by itself.
   */
  onInvite(invite: IncomingInvite): void;
  /** A request outside of a dialog, of a method named in `allowedMethods`. It must be answered. Without this method: 405. */
  onRequest?(request: IncomingRequest): void;
  /**
   * Looks at a request before anything is kept of it; what it returns refuses it, without a transaction. `usage` is the call that it is
   * within; undefined outside of dialogs. It is not asked again when a request that it refused is repeated.
   */
  admit?(request: SipRequest, flow: Flow, usage: DialogUsage | undefined): Refusal | undefined;
  /**
   * Proves who sent a request that was admitted. Nothing is done with the request, and nobody hears of it, before that is known. Undefined:
   * nobody has to prove anything.
   */
  authenticate?(request: SipRequest, flow: Flow, usage: DialogUsage | undefined): DigestVerdict | Promise<DigestVerdict> | undefined;
  /** Whether `flow` leads to somebody who is no stranger: no limit for strangers holds for him. Default: all are strangers. */
  isKnownPeer?(flow: Flow): boolean;
  /** Whether a call would be refused now: OPTIONS is then answered 486 instead of 200 (RFC 3261 §11.2). */
  isBusy?(): boolean;
}
