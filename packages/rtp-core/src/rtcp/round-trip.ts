import { msFromNtpShort } from "@sidetone/infra-common";

/** More is not a path but an old or wrong report. */
const maxRoundTripMs = 60_000;

/**
 * Round trip from a reception report (RFC 3550 §6.4.1): A − LSR − DLSR, all in 1/65536 s.
 *
 * @param arrival middle 32 bits of the NTP time when the report came.
 * @returns milliseconds, or undefined when the report answers no sender report or its figures contradict each other.
 */
export function roundTripMs(arrival: number, lastSenderReport: number, delaySinceLastSenderReport: number): number | undefined {
  if (lastSenderReport === 0) return undefined;
  const units = (arrival - lastSenderReport - delaySinceLastSenderReport) | 0;
  // The peer's clock counts DLSR: where it runs fast, a round trip near nothing comes out a hair below it.
  if (units < -64) return undefined;
  const milliseconds = msFromNtpShort(Math.max(0, units));
  return milliseconds > maxRoundTripMs ? undefined : milliseconds;
}
