import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { SeededRandom } from "@sidetone/testkit";
import { KeyedHash } from "../src/lingering/keyed-hash.ts";
import { LingeringIndex } from "../src/lingering/lingering-index.ts";

describe("the index of lingering transactions", () => {
  test("finds what is in and nothing else, however the hashes meet", () => {
    const step = fc.record({ adds: fc.boolean(), entry: fc.nat(300) });
    const hashes = fc.constantFrom<(entry: number) => number>(
      () => -1,
      (entry) => entry % 3,
      (entry) => entry << 26,
      (entry) => Math.imul(entry, 0x9e3779b1),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 900 }), hashes, (steps, hash) => {
        const index = new LingeringIndex((entry, text) => String(entry) === text);
        const model = new Set<number>();
        for (const { adds, entry } of steps) {
          if (adds && !model.has(entry)) {
            index.add(hash(entry), entry);
            model.add(entry);
          } else if (!adds && model.delete(entry)) index.delete(hash(entry), entry);
        }
        for (let entry = 0; entry <= 300; entry++) {
          expect(index.find(hash(entry), String(entry))).toBe(model.has(entry) ? entry : -1);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("a keyed hash", () => {
  test("is the same for the same text and key, and different for others", () => {
    const one = new KeyedHash(new SeededRandom(1));
    const other = new KeyedHash(new SeededRandom(2));
    const texts = ["", "a", "b", "ab", "ba", "a\0", "\0", "\0\0", "ä", "z9hG4bK1 host 5060 BYE", "z9hG4bK1 host 5060 BYE ", "€".repeat(9)];
    expect(texts.map((text) => one.of(text))).toEqual(texts.map((text) => one.of(text)));
    expect(new Set(texts.flatMap((text) => [one.of(text), other.of(text)])).size).toBe(2 * texts.length);
  });

  test("spreads texts that differ little evenly over the table", () => {
    const hash = new KeyedHash(new SeededRandom(3));
    const counts = new Array<number>(64).fill(0);
    for (let i = 0; i < 64_000; i++) counts[hash.of(`z9hG4bK${i} 10.0.0.2 5060 INVITE`) & 63]!++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(200);
  });
});
