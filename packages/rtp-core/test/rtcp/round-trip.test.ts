import { describe, expect, test } from "vitest";
import { roundTripMs, SenderReportClock } from "@sidetone/rtp-core";

describe("round trip (RFC 3550 §6.4.1, Figure 2)", () => {
  test("is the figure's 6.125 s", () => {
    expect(roundTripMs(0xb7108000, 0xb7052000, 0x0005_4000)).toBe(6125);
  });

  test("is not known from a report that answers no sender report", () => {
    expect(roundTripMs(0xb7108000, 0, 0)).toBeUndefined();
  });

  test("wraps with the 18 hours of the 32 bits", () => {
    expect(roundTripMs(0x0000_8000, 0xffff_8000, 0x0000_8000)).toBe(500);
  });

  test("is nothing where the peer's clock makes it a hair negative, and unknown where it is further off", () => {
    expect(roundTripMs(1000, 1000, 20)).toBe(0);
    expect(roundTripMs(1000, 1000, 6553)).toBeUndefined();
    expect(roundTripMs(0x1000_0000, 1000, 0)).toBeUndefined();
  });
});

describe("the sender's wall clock", () => {
  test("follows the NTP and RTP timestamps of the last sender report, across the wrap", () => {
    const clock = new SenderReportClock(8000);
    expect(clock.wallMsAt(0)).toBeUndefined();
    clock.update({
      type: "SR",
      ssrc: 1,
      ntpSeconds: 2_208_988_800 + 1_767_225_600,
      ntpFraction: 0x80000000,
      rtpTimestamp: 0xffffff00,
      packetCount: 0,
      octetCount: 0,
      reportBlocks: [],
    });
    expect(clock.wallMsAt(0xffffff00)).toBe(Date.UTC(2026, 0, 1) + 500);
    expect(clock.wallMsAt(0xffffff00 + 8000 - 2 ** 32)).toBe(Date.UTC(2026, 0, 1) + 1500);
    expect(clock.wallMsAt(0xffffff00 - 800)).toBe(Date.UTC(2026, 0, 1) + 400);
    clock.reset();
    expect(clock.wallMsAt(0)).toBeUndefined();
  });
});
