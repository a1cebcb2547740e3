import type { Environment } from "@sidetone/infra-common";
import type { HeaderInput } from "@sidetone/sip-core";
import type { SipTransports } from "@sidetone/sip-transport";
import type { LingeringParts } from "./lingering/lingering-segment.ts";
import type { TransactionTimers } from "./transaction-timers.ts";
import type { ClientTransaction } from "./transaction.ts";

/** What every transaction of a layer shares. */
export interface TransactionHost {
  readonly environment: Environment;
  readonly transports: SipTransports;
  readonly timers: TransactionTimers;
  /** Sends the CANCEL for an INVITE, in a transaction of its own. */
  sendCancel(invite: ClientTransaction, headers: readonly HeaderInput[]): void;
  /** A client transaction has reached "Terminated". */
  clientEnded(transaction: ClientTransaction): void;
  /** The server transaction has nothing to do for 64·T1 but to give `parts.bytes` to retransmissions: it lives on as bytes. */
  serverLingers(parts: LingeringParts): void;
  /** The server transaction with these keys has reached "Terminated". */
  serverEnded(key: string, mergeKey: string | undefined): void;
}
