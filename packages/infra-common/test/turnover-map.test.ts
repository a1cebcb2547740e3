import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TurnoverMap } from "@sidetone/infra-common";

interface Entry {
  readonly name: string;
}

const a: Entry = { name: "a" };
const b: Entry = { name: "b" };

describe("TurnoverMap", () => {
  test("finds what was set and not what was deleted", () => {
    const map = new TurnoverMap<string, Entry>();
    map.set("a", a);
    map.set("b", b);
    expect(map.delete("a")).toBe(true);
    expect(map.get("a")).toBeUndefined();
    expect(map.get("b")).toBe(b);
    expect(map.size).toBe(1);
    expect(map.delete("a")).toBe(false);
    expect(map.size).toBe(1);
  });

  test("replaces the value of a key that is set again, and takes a deleted key anew", () => {
    const map = new TurnoverMap<string, Entry>();
    map.set("a", a);
    map.set("a", b);
    expect(map.size).toBe(1);
    expect(map.get("a")).toBe(b);
    map.delete("a");
    map.set("a", a);
    expect(map.get("a")).toBe(a);
    expect(map.size).toBe(1);
  });

  test("keeps its entries in order however many others come and go", () => {
    const map = new TurnoverMap<number, Entry>();
    map.set(-1, a);
    map.set(-2, b);
    for (let key = 0; key < 1000; key++) {
      map.set(key, { name: String(key) });
      map.delete(key);
    }
    expect(map.values()).toEqual([a, b]);
    expect(map.get(-1)).toBe(a);
  });

  test("does what a Map does", () => {
    const key = fc.integer({ min: 0, max: 200 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), key), { maxLength: 2000, size: "max" }), (steps) => {
        const map = new TurnoverMap<number, Entry>();
        const model = new Map<number, Entry>();
        for (const [isSet, at] of steps) {
          const entry = { name: String(at) };
          if (isSet) {
            map.set(at, entry);
            model.set(at, entry);
          } else expect(map.delete(at)).toBe(model.delete(at));
          expect(map.size).toBe(model.size);
          expect(map.get(at)).toBe(model.get(at));
        }
        expect(new Set(map.values())).toEqual(new Set(model.values()));
      }),
      { numRuns: 30 },
    );
  });
});
