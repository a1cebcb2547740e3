import type { Random } from "@sidetone/infra-common";
import { RetryAfter } from "@sidetone/sip-core";
import type { DialogError } from "../errors.ts";

export interface RetryLimits {
  readonly retryDelayMs: number;
  readonly maxRetryDelayMs: number;
}

/** Longest wait that a registrar is believed, in seconds. */
const maxRetryAfterSeconds = 86_400;

/**
 * How long to wait before the next try, in milliseconds: "computed by selecting a uniform random time between 50 and 100% of the upper-bound
 * wait time", which doubles with each failure (RFC 5626 §4.5). Retry-After is honoured (RFC 3261 §20.33), with up to a tenth more, so that
 * those who were all sent away together do not all come back together.
 */
export function retryDelayMs(failures: number, error: DialogError | undefined, random: Random, limits: RetryLimits): number {
  const upperMs = Math.min(limits.maxRetryDelayMs, limits.retryDelayMs * 2 ** Math.min(failures - 1, 30));
  const backOffMs = upperMs * (0.5 + random.float() / 2);
  const asked = error?.response?.get(RetryAfter)?.seconds;
  if (asked === undefined) return backOffMs;
  return Math.max(backOffMs, Math.min(asked, maxRetryAfterSeconds) * 1_000 * (1 + random.float() / 10));
}

/** When to refresh a binding of so many seconds, in milliseconds from now: between 60 and 80 % of its life, each user agent at another time. */
export function refreshDelayMs(expiresSeconds: number, random: Random): number {
  return expiresSeconds * 1_000 * (0.8 - random.float() / 5);
}
