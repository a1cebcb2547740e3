import { SeededRandom } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { glareDelayMs, overlapRetryAfterSeconds } from "../../src/invite/glare.ts";

function setUp() {
  const random = new SeededRandom(7);
  const draw = (next: () => number) => Array.from({ length: 5_000 }, next);
  return { random, draw };
}

describe("After a 491 (RFC 3261 §14.1)", () => {
  test("the owner of the Call-ID waits 2.1 to 4 s, in units of 10 ms", () => {
    const { random, draw } = setUp();
    const delays = draw(() => glareDelayMs(true, random));
    expect(Math.min(...delays)).toBe(2_100);
    expect(Math.max(...delays)).toBe(4_000);
    expect(delays.every((delayMs) => delayMs % 10 === 0)).toBe(true);
  });

  test("the other side waits 0 to 2 s, in units of 10 ms", () => {
    const { random, draw } = setUp();
    const delays = draw(() => glareDelayMs(false, random));
    expect(Math.min(...delays)).toBe(0);
    expect(Math.max(...delays)).toBe(2_000);
    expect(delays.every((delayMs) => delayMs % 10 === 0)).toBe(true);
  });
});

test("A 500 to an overlapping INVITE asks for 0 to 10 s (RFC 3261 §14.2)", () => {
  const { random, draw } = setUp();
  expect([...new Set(draw(() => overlapRetryAfterSeconds(random)))].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});
