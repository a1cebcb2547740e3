import type { Environment } from "@sidetone/infra-common";
import type { HeaderInput } from "@sidetone/sip-core";
import type { SipTransports } from "@sidetone/sip-transport";
import type { InviteClientMachine } from "./invite-client-machine.ts";
import type { InviteServerMachine } from "./invite-server-machine.ts";
import type { NonInviteClientMachine } from "./non-invite-client-machine.ts";
import type { NonInviteServerMachine } from "./non-invite-server-machine.ts";
import type { TransactionTimers } from "./transaction-timers.ts";

export type AnyClientMachine = InviteClientMachine | NonInviteClientMachine;
export type AnyServerMachine = InviteServerMachine | NonInviteServerMachine;

/** What every transaction of a layer shares. */
export interface TransactionHost {
  readonly environment: Environment;
  readonly transports: SipTransports;
  readonly timers: TransactionTimers;
  /** Sends the CANCEL for an INVITE, in a transaction of its own. */
  sendCancel(invite: InviteClientMachine, headers: readonly HeaderInput[]): void;
  /** The transaction has reached "Terminated". */
  clientEnded(transaction: AnyClientMachine): void;
  /** The transaction has reached "Terminated". */
  serverEnded(transaction: AnyServerMachine): void;
}
