import { describe, expect, test } from "vitest";
import { SystemRandom } from "@sidetone/infra-common";

describe("SystemRandom", () => {
  test("draws every character of a token equally often", () => {
    const random = new SystemRandom();
    const counts = new Map<string, number>();
    for (let i = 0; i < 3600; i++) for (const character of random.token(20)) counts.set(character, (counts.get(character) ?? 0) + 1);
    expect([...counts.keys()].sort().join("")).toBe("0123456789abcdefghijklmnopqrstuvwxyz");
    // 2,000 expected, standard deviation 44: six of them.
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(265);
  });

  test("never repeats a token, nor bytes, also across refills of its block", () => {
    const random = new SystemRandom();
    const seen = new Set<string>();
    for (let i = 0; i < 5000; i++) {
      seen.add(random.token(12));
      seen.add(Buffer.from(random.bytes(16)).toString("hex"));
    }
    expect(seen.size).toBe(10_000);
  });

  test.each([0, 1, 36, 255, 1024, 1025, 4096, 100_000])("hands out %i bytes that belong to the caller", (length) => {
    const random = new SystemRandom();
    const bytes = random.bytes(length);
    expect(bytes).toHaveLength(length);
    const copy = Uint8Array.from(bytes);
    random.token(5000);
    expect(bytes).toEqual(copy);
    if (length >= 36) expect(new Set(bytes).size).toBeGreaterThan(10);
  });

  test.each([0, 1, 64, 65, 5000])("draws a token of %i characters", (length) => {
    expect(new SystemRandom().token(length)).toMatch(new RegExp(`^[a-z0-9]{${length}}$`));
  });

  test("draws integers of 32 bits and numbers below one over their whole range", () => {
    const random = new SystemRandom();
    const buckets = new Array<number>(16).fill(0);
    for (let i = 0; i < 16_000; i++) {
      buckets[random.uint32() >>> 28]!++;
      buckets[Math.floor(random.float() * 16)]!++;
    }
    // 2,000 expected, standard deviation 43: six of them.
    for (const count of buckets) expect(Math.abs(count - 2000)).toBeLessThan(260);
  });
});
