import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { msFromNtpShort, ntpFraction, ntpMiddle, ntpSeconds, ntpShortFromMs, wallMsFromNtp } from "@sidetone/infra-common";

describe("NTP time", () => {
  test.each([
    // RFC 5905 Figure 4: first day of the Unix era; and the end of NTP era 0.
    ["1970-01-01T00:00:00Z", 2_208_988_800, 0],
    ["1972-01-01T00:00:00Z", 2_272_060_800, 0],
    ["2026-01-01T00:00:00.5Z", 3_976_214_400, 0x80000000],
    ["2036-02-07T06:28:15Z", 0xffffffff, 0],
    ["2036-02-07T06:28:16Z", 0, 0],
  ])("%s is %i seconds since 1900", (text, seconds, fraction) => {
    const wallMs = Date.parse(text);
    expect([ntpSeconds(wallMs), ntpFraction(wallMs)]).toEqual([seconds, fraction]);
    expect(wallMsFromNtp(seconds, fraction)).toBe(wallMs);
  });

  test("goes both ways to a microsecond, across the era", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 4_200_000_000_000, noNaN: true }), (wallMs) => {
        const back = wallMsFromNtp(ntpSeconds(wallMs), ntpFraction(wallMs));
        expect(Math.abs(back - wallMs)).toBeLessThan(0.001);
      }),
    );
  });

  test("the middle 32 bits are the lower seconds and the upper fraction", () => {
    const wallMs = wallMsFromNtp(0xb705_2000, 0xb44d_b705);
    expect(ntpMiddle(wallMs + 0.0001).toString(16)).toBe("2000b44d");
  });

  // RFC 3550 §6.4.1, Figure 2: A = 0xb710:8000 (46864.500 s), LSR 0xb705:2000 (46853.125 s), DLSR 0x0005:4000 (5.250 s), delay 6.125 s.
  test("computes the round trip of RFC 3550 Figure 2", () => {
    expect(ntpShortFromMs(5250)).toBe(0x0005_4000);
    expect(msFromNtpShort(0xb710_8000 - 0x0005_4000 - 0xb705_2000)).toBe(6125);
  });

  test("a duration that 32 bits cannot hold is cut off at both ends", () => {
    expect([ntpShortFromMs(-5), ntpShortFromMs(1e12)]).toEqual([0, 0xffffffff]);
  });
});
