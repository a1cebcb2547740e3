import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSequenceNewer, isTimestampNewer, sequenceDifference, SequenceExtender, timestampDifference } from "@sidetone/rtp-core";

describe("sequence numbers and timestamps across the wrap", () => {
  test.each([
    [1, 0xffff, 2],
    [0xffff, 1, -2],
    [0x8000, 0, -0x8000],
    [0x7fff, 0, 0x7fff],
    [5, 5, 0],
  ])("sequence number %i is %i's distance %i ahead", (a, b, difference) => {
    expect(sequenceDifference(a, b)).toBe(difference);
    expect(isSequenceNewer(a, b)).toBe(difference > 0);
  });

  test.each([
    [100, 0xffffff9c, 200],
    [0xffffff9c, 100, -200],
    [0, 0x80000000, -0x80000000],
  ])("timestamp %i is %i's distance %i ahead", (a, b, difference) => {
    expect(timestampDifference(a, b)).toBe(difference);
    expect(isTimestampNewer(a, b)).toBe(difference > 0);
  });

  test("extends sequence numbers to the nearest, whatever the order", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffff }),
        fc.array(fc.integer({ min: -100, max: 2000 }), { maxLength: 200 }),
        (start, steps) => {
          const extender = new SequenceExtender();
          let highest = extender.extend(start);
          const offset = highest - start;
          for (const step of steps) {
            const expected = highest + step;
            expect(extender.extend((expected - offset) & 0xffff)).toBe(expected);
            highest = Math.max(highest, expected);
            expect(extender.highest).toBe(highest);
          }
        },
      ),
    );
  });
});
