import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ShardedMap } from "@sidetone/infra-common";

describe("ShardedMap", () => {
  test("holds what a Map holds, whatever is set and deleted when", () => {
    const key = fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom("__proto__", "", "constructor"));
    const operation = fc.record({ key, does: fc.constantFrom("set", "set", "delete", "clear") });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 100 }), (operations) => {
        const map = new ShardedMap<{ at: number }>();
        const model = new Map<string, { at: number }>();
        operations.forEach(({ key, does }, at) => {
          if (does === "set") {
            map.set(key, { at });
            model.set(key, { at });
          } else if (does === "delete") expect(map.delete(key)).toBe(model.delete(key));
          else if (at % 10 === 0) {
            map.clear();
            model.clear();
          }
          expect([map.size, map.get(key), map.has(key)]).toEqual([model.size, model.get(key), model.has(key)]);
        });
        expect(new Set(map.values().map(({ at }) => at))).toEqual(new Set([...model.values()].map(({ at }) => at)));
      }),
    );
  });
});
