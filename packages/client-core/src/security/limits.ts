import type { UserAgentLimits } from "@sidetone/dialog-core";
import { defaultLimits } from "@sidetone/sip-core";
import type { SipTransportsOptions } from "@sidetone/sip-transport";
import type { ClientLimits } from "./security-options.ts";

/** More than any person or trunk calls, and less than would keep a program from its work. */
const defaultRequestsPerSecond = 200;

/** What of a client's limits is the user-agent core's affair. */
export function signallingLimits(limits: ClientLimits = {}): UserAgentLimits {
  const { requestsPerSecond = defaultRequestsPerSecond, requestBurst, serverTransactions, overloadDelayMs } = limits;
  return { requestsPerSecond, requestBurst, serverTransactions, overloadDelayMs };
}

/** What of them is the transports' affair. */
export function transportLimits(limits: ClientLimits = {}): SipTransportsOptions {
  const { headBytes = defaultLimits.headBytes, bodyBytes = defaultLimits.bodyBytes, connections, ...others } = limits;
  const { connectionsPerAddress, halfOpenConnections, firstMessageTimeoutMs, messageTimeoutMs } = others;
  return {
    limits: { ...defaultLimits, headBytes, bodyBytes },
    ...(connections === undefined ? {} : { inboundConnections: connections }),
    ...(connectionsPerAddress === undefined ? {} : { connectionsPerAddress }),
    ...(halfOpenConnections === undefined ? {} : { halfOpenConnections }),
    ...(firstMessageTimeoutMs === undefined ? {} : { firstMessageTimeoutMs }),
    ...(messageTimeoutMs === undefined ? {} : { messageTimeoutMs }),
  };
}
