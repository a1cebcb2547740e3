import type { Random } from "@sidetone/infra-common";

/**
 * How long to wait after a 491 before the re-INVITE is tried again, in milliseconds (RFC 3261 §14.1): the owner of the Call-ID
 * 2.1 to 4 s, the other side 0 to 2 s, in units of 10 ms, so that the two sides do not meet again.
 */
export function glareDelayMs(isCallIdOwner: boolean, random: Random): number {
  const [firstMs, lastMs] = isCallIdOwner ? [2_100, 4_000] : [0, 2_000];
  return firstMs + 10 * Math.floor(random.float() * ((lastMs - firstMs) / 10 + 1));
}

/** The Retry-After of a 500 to an overlapping INVITE, in seconds: "a randomly chosen value of between 0 and 10 seconds" (RFC 3261 §14.2). */
export function overlapRetryAfterSeconds(random: Random): number {
  return Math.floor(random.float() * 11);
}
