/** Seconds from 1 January 1900, where NTP begins, to 1 January 1970, where Unix time does (RFC 5905 §6). */
const unixEpochSeconds = 2_208_988_800;

/** The upper 32 bits of the NTP timestamp (RFC 5905 §6) of a wall-clock time in milliseconds since the Unix epoch: seconds since 1900. */
export function ntpSeconds(wallMs: number): number {
  // Modulo 2³²: era 1 begins on 7 February 2036.
  return (Math.floor(wallMs / 1000) + unixEpochSeconds) % 2 ** 32;
}

/** The lower 32 bits of the NTP timestamp of `wallMs`: the fraction of a second in units of 2⁻³² s. */
export function ntpFraction(wallMs: number): number {
  return Math.floor(((wallMs / 1000) % 1) * 2 ** 32);
}

/** The middle 32 bits of the NTP timestamp of `wallMs`, in units of 2⁻¹⁶ s: what RTCP's LSR holds (RFC 3550 §6.4.1). */
export function ntpMiddle(wallMs: number): number {
  return (((ntpSeconds(wallMs) & 0xffff) << 16) | (ntpFraction(wallMs) >>> 16)) >>> 0;
}

/** The time in milliseconds since the Unix epoch that an NTP timestamp stands for, between 1968 and 2104. */
export function wallMsFromNtp(seconds: number, fraction: number): number {
  // RFC 4330 §3: with bit 0 clear the time lies in 2036-2104.
  const era = seconds < 2 ** 31 ? 2 ** 32 : 0;
  return (seconds + era - unixEpochSeconds) * 1000 + (fraction * 1000) / 2 ** 32;
}

/** A duration in units of 2⁻¹⁶ s, as in RTCP's DLSR (RFC 3550 §6.4.1), at most what 32 bits hold. */
export function ntpShortFromMs(durationMs: number): number {
  return Math.min(2 ** 32 - 1, Math.max(0, Math.round((durationMs * 65_536) / 1000)));
}

/** Milliseconds of a duration in units of 2⁻¹⁶ s. */
export function msFromNtpShort(duration: number): number {
  return (duration * 1000) / 65_536;
}
