/** The timers of RFC 3261 Table 4 that the others derive from, in milliseconds. */
export interface TransactionTimers {
  /** Estimate of the round-trip time. Default 500. Timers A, E and G begin with it; B, F, H, J, L and M are 64 times it. */
  readonly T1: number;
  /** Longest interval between retransmissions of a request other than INVITE, or of a response to INVITE. Default 4,000. */
  readonly T2: number;
  /** How long a message stays in the network. Default 5,000; Timers I and K on unreliable transports. */
  readonly T4: number;
  /** How long Timer D waits for repeated refusals on unreliable transports: at least 32 s (RFC 3261 §17.1.1.2). Default 32,000. */
  readonly D: number;
  /** After how long an INVITE without any response is answered 100 (RFC 3261 §17.2.1). Default 200; 0 sends it as soon as `onRequest` has returned without one. */
  readonly tryingDelayMs: number;
}

export const defaultTimers: TransactionTimers = { T1: 500, T2: 4000, T4: 5000, D: 32_000, tryingDelayMs: 200 };

/**
 * How long Timer E takes to reach T2: 3,500 ms by default. A request other than INVITE that has no response by then gets a 100,
 * and over UDP not before (RFC 4320 §4.1).
 */
export function timerEReachesT2Ms({ T1, T2 }: TransactionTimers): number {
  let elapsedMs = 0;
  for (let intervalMs = T1; intervalMs < T2; intervalMs *= 2) elapsedMs += intervalMs;
  return elapsedMs;
}
