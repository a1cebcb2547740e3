import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InterarrivalJitter } from "@sidetone/rtp-core";

describe("interarrival jitter (RFC 3550 A.8)", () => {
  test("is nothing for packets that come as regularly as they were sent", () => {
    const jitter = new InterarrivalJitter(8000);
    for (let i = 0; i < 100; i++) jitter.update(0xffffff00 + 160 * i, 1000 + 20 * i);
    expect(jitter.jitter).toBe(0);
  });

  test("agrees with the code of the appendix, timestamps wrapping", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffffffff }),
        fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 2, maxLength: 100 }),
        (start, delays) => {
          const jitter = new InterarrivalJitter(8000);
          let transit = 0;
          let expected = 0;
          for (const [i, delay] of delays.entries()) {
            const timestamp = (start + 160 * i) >>> 0;
            const arrivalMs = 5000 + 20 * i + delay;
            const nextTransit = arrivalMs * 8 - (start + 160 * i);
            if (i > 0) expected += (1 / 16) * (Math.abs(nextTransit - transit) - expected);
            transit = nextTransit;
            jitter.update(timestamp, arrivalMs);
          }
          expect(jitter.jitter).toBeCloseTo(expected, 6);
          expect(jitter.jitterMs).toBeCloseTo(expected / 8, 6);
        },
      ),
    );
  });

  test("takes a timestamp that jumps by an hour for a new beginning, not for jitter", () => {
    const jitter = new InterarrivalJitter(8000);
    jitter.update(0, 0);
    jitter.update(160, 20);
    jitter.update(160 + 8000 * 3600, 40);
    jitter.update(320 + 8000 * 3600, 60);
    expect(jitter.jitter).toBe(0);
  });
});
