import { describe, expect, test } from "vitest";
import { SeededRandom } from "@sidetone/testkit";

describe("SeededRandom", () => {
  test("repeats itself for the same seed and differs for another", () => {
    const draw = (seed: number | string) => {
      const random = new SeededRandom(seed);
      return [random.uint32(), random.float(), random.token(12), Buffer.from(random.bytes(8)).toString("hex")];
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw("call")).toEqual(draw("call"));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw("call")).not.toEqual(draw("calm"));
  });

  test("draws uint32 and float over their whole range, evenly", () => {
    const random = new SeededRandom(3);
    const buckets = new Array<number>(16).fill(0);
    for (let i = 0; i < 16_000; i++) buckets[random.uint32() >>> 28]!++;
    for (let i = 0; i < 16_000; i++) buckets[Math.floor(random.float() * 16)]!++;
    for (const count of buckets) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  test("draws tokens of a-z0-9 of the length asked for", () => {
    const random = new SeededRandom();
    expect(random.token(500)).toMatch(/^[a-z0-9]{500}$/);
    expect(new Set(random.token(2000)).size).toBe(36);
    expect(random.bytes(33)).toHaveLength(33);
  });
});
