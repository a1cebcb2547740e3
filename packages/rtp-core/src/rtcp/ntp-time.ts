/** Seconds from 1900, where NTP begins, to 1970. */
const unixEpochSeconds = 2_208_988_800;

/** An instant as sender reports carry it (RFC 3550 §4). */
export interface NtpTimestamp {
  /** Seconds since 1900; wraps in 2036. */
  readonly seconds: number;
  /** In 1/2³² s. */
  readonly fraction: number;
}

/** @param unixMs milliseconds since 1970. */
export function ntpFromUnixMs(unixMs: number): NtpTimestamp {
  const seconds = Math.floor(unixMs / 1000);
  return { seconds: (seconds + unixEpochSeconds) >>> 0, fraction: Math.floor(((unixMs - seconds * 1000) / 1000) * 0x100000000) >>> 0 };
}

/** Milliseconds since 1970; instants from 2036 on are taken from the next NTP era, as RFC 3550 §4 leaves open. */
export function unixMsFromNtp({ seconds, fraction }: NtpTimestamp): number {
  const era = seconds < 0x80000000 ? 0x100000000 : 0;
  return (seconds + era - unixEpochSeconds) * 1000 + (fraction / 0x100000000) * 1000;
}

/** The middle 32 bits of an NTP timestamp, in 1/65536 s: what LSR carries. */
export function ntpMiddle({ seconds, fraction }: NtpTimestamp): number {
  return (((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0;
}

/**
 * Round trip from a reception report (RFC 3550 §6.4.1): A − LSR − DLSR.
 *
 * @param arrivalMiddle middle 32 bits of the NTP time when the report came.
 * @returns milliseconds, or undefined when the report answers no sender report or its figures contradict each other.
 */
export function roundTripMs(arrivalMiddle: number, lastSenderReport: number, delaySinceLastSenderReport: number): number | undefined {
  if (lastSenderReport === 0) return undefined;
  const units = (arrivalMiddle - lastSenderReport - delaySinceLastSenderReport) | 0;
  // The peer's clock counts DLSR: where it runs fast, a round trip near nothing comes out a hair below it.
  if (units < -64) return undefined;
  const milliseconds = (Math.max(0, units) * 1000) / 65536;
  return milliseconds > maxRoundTripMs ? undefined : milliseconds;
}

/** More is not a path but an old or wrong report. */
const maxRoundTripMs = 60_000;
