import type { CertificateExpiry } from "@sidetone/sip-transport";
import type { Account } from "../account.ts";
import type { Call } from "../call/call.ts";
import type { CallEnded } from "../call/call-end.ts";
import type { IncomingCall } from "../call/incoming-call.ts";
import type { ClientError } from "../errors/client-error.ts";
import type { FlowChange } from "../registration/flow-change.ts";
import type { NetworkChange } from "../network/network-change.ts";
import type { RegistrationInfo, RegistrationState } from "../registration/registration-info.ts";

/** Events of a {@link Client}. */
export interface ClientEvents {
  /** A call came in. A listener decides about it when there is neither an `onIncoming` handler nor a reader of `incomingCalls()`. */
  incomingCall: { readonly incoming: IncomingCall };
  /** A call began, either way. */
  callAdded: { readonly call: Call };
  callEnded: { readonly call: Call; readonly end: CallEnded };
  /** The registration of an account has changed: its state, its binding, or why and when it is tried again. */
  registrationChanged: { readonly account: Account; readonly registration: RegistrationInfo; readonly previousState: RegistrationState };
  /**
   * No STUN server of the account's `nat` has told the public address of a call's media in time; its descriptions name `fallback`, or our
   * own address where that is undefined. Told once until the servers are asked again, a minute later.
   */
  publicAddressUnknown: { readonly account: Account; readonly error: ClientError; readonly fallback: string | undefined };
  /** The way of an account to its proxy or registrar has failed, or is restored. */
  flowChanged: { readonly account: Account; readonly change: FlowChange };
  /** The machine has other addresses, or has slept; or what came of it for this client. */
  networkChanged: { readonly change: NetworkChange };
  /**
   * A certificate of this client (`tls.cert`, `tls.certificates`) ends in 30, 7 or 1 days, or has ended. One that is there when the client starts
   * is told once it has started.
   */
  certificateExpiring: { readonly certificate: CertificateExpiry };
  /** An application's listener threw, or something failed that the client lives without; `where` names the event or function. */
  errorOccurred: { readonly error: unknown; readonly where: string };
  /** SIP ports are open. */
  started: Record<string, never>;
  /** Every call is over and every port is free. */
  stopped: Record<string, never>;
}
