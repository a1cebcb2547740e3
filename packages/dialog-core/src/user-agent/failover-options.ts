/** How requests move from one server to another (RFC 3263 §4.3). */
export interface FailoverOptions {
  /**
   * How long a server may say nothing at all, not even 100, before the request goes to the next one, where there is one. It is also the
   * longest wait for a connection then. In milliseconds, default 4,000; the last server has the transaction's own 64·T1.
   */
  readonly silenceMs?: number | undefined;
  /**
   * After how long requests of one {@link ServerAffinity} go back to a better server that had failed: a registration tries it by a REGISTER,
   * not during a call, and its calls follow. In milliseconds, default 300,000; Infinity: never.
   */
  readonly failBackMs?: number | undefined;
}

export interface FailoverTimes {
  readonly silenceMs: number;
  readonly failBackMs: number;
}

export function failoverTimes({ silenceMs = 4_000, failBackMs = 300_000 }: FailoverOptions = {}): FailoverTimes {
  return { silenceMs, failBackMs };
}
