import { describe, expect, test } from "vitest";
import { assessQuality, burstRatio, PCMU, rFactor } from "@sidetone/media-core";

const measured = { codec: PCMU.quality, lossPercent: 0, roundTripMs: 40, jitterBufferMs: 40, packetTimeMs: 20 };

describe("quality of a call", () => {
  test("takes the one-way delay as half the round trip, the jitter buffer and one packet", () => {
    const quality = assessQuality(measured)!;
    expect(quality.oneWayDelayMs).toBe(80);
    expect(quality.rFactor).toBe(rFactor({ absoluteDelayMs: 80 }));
    expect(quality.mos).toBeCloseTo(4.36, 2);
  });

  test.each(["lossPercent", "roundTripMs", "jitterBufferMs"] as const)("says nothing while %s is not measured", (field) => {
    expect(assessQuality({ ...measured, [field]: undefined })).toBeUndefined();
  });

  test("knows what a measured zero is: a round trip of 0 ms counts", () => {
    expect(assessQuality({ ...measured, roundTripMs: 0, jitterBufferMs: 0 })!.oneWayDelayMs).toBe(20);
  });

  test("falls with loss, more so in bursts", () => {
    const lossless = assessQuality(measured)!;
    const random = assessQuality({ ...measured, lossPercent: 3 })!;
    const bursty = assessQuality({ ...measured, lossPercent: 3, burstRatio: 2 })!;
    expect(random.mos).toBeLessThan(lossless.mos);
    expect(bursty.mos).toBeLessThan(random.mos);
  });
});

describe("burst ratio (ITU-T G.107 §7.5)", () => {
  test("is 1 when bursts are as long as random loss makes them", () => {
    // 10 % random loss: bursts of 1 / 0.9 packets on average, so 90 bursts for 100 lost packets of 1000.
    expect(burstRatio(1000, 100, 90)).toBeCloseTo(1, 10);
  });

  test("grows with the length of the bursts", () => {
    expect(burstRatio(1000, 100, 25)).toBeCloseTo(3.6, 10);
  });

  test("is not known when nothing or everything was lost", () => {
    expect(burstRatio(1000, 0, 0)).toBeUndefined();
    expect(burstRatio(1000, 1000, 1)).toBeUndefined();
    expect(burstRatio(0, 0, 0)).toBeUndefined();
  });
});
