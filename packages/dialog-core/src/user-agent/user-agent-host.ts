import type { Environment } from "@sidetone/infra-common";
import type { SipRequest } from "@sidetone/sip-core";
import type { Flow, SipTransports } from "@sidetone/sip-transport";
import type { ServerTransaction, TransactionLayer, TransactionTimers } from "@sidetone/transaction-core";
import type { DialogRegistry } from "../dialog/dialog-registry.ts";
import type { Authenticator } from "./authenticator.ts";
import type { Capabilities } from "./capabilities.ts";
import type { OwnAddresses } from "./own-addresses.ts";
import type { ResponseOptions } from "./incoming-request.ts";
import type { FailoverTimes } from "./failover-options.ts";
import type { RequestDraft } from "./request-draft.ts";
import type { ServerHealth } from "./server-health.ts";
import type { SilenceWatch } from "./silence-watch.ts";

/** What everything in a user-agent core shares: the core as its requests and usages see it. */
export interface UserAgentHost {
  readonly environment: Environment;
  readonly transports: SipTransports;
  readonly transactions: TransactionLayer;
  readonly timers: TransactionTimers;
  readonly capabilities: Capabilities;
  readonly authenticator: Authenticator;
  readonly ownAddresses: OwnAddresses;
  readonly dialogs: DialogRegistry;
  readonly failover: FailoverTimes;
  readonly health: ServerHealth;
  readonly silence: SilenceWatch;
  /** Whether 180 goes out as soon as somebody takes a call. */
  readonly ringsByItself: boolean;
  /** A controller whose signal no negotiator holds: most answer at once, and a controller is dear. */
  spareAbort: AbortController | undefined;
  /** Answers a request, which the transaction may have let go of; a refusal as {@link respondBounded} does. */
  respond(transaction: ServerTransaction, request: SipRequest, statusCode: number, options: ResponseOptions): void;
  /** Answers a request whose sender may be anybody: over UDP, outside of dialogs, the last of `headers` are left out of an answer that would be much larger. */
  respondBounded(transaction: ServerTransaction, request: SipRequest, statusCode: number, options: ResponseOptions): void;
  /** Whoever sent over `flow` has proved who he is. */
  peerProved(flow: Flow): void;
  /** Runs the application's interceptors. */
  intercept(draft: RequestDraft): void;
  /** Calls that are not over. */
  readonly inviteUsageCount: number;
  usageBegun(usage: OpenUsage): void;
  usageEnded(usage: OpenUsage): void;
  /** Somebody waits for the response to a request. */
  requestBegun(request: OpenUsage): void;
  requestEnded(request: OpenUsage): void;
}

/** A call or a request as the core keeps it. */
export interface OpenUsage {
  /** The core closes: it ends without a message. */
  close(): void;
}
