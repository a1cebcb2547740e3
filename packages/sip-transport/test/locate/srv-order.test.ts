import { describe, expect, test } from "vitest";
import { SeededRandom } from "@sidetone/testkit";
import type { SrvRecord } from "@sidetone/infra-common";
import { orderSrvRecords } from "../../src/locate/srv-order.ts";

const record = (target: string, priority: number, weight: number): SrvRecord => ({ target, priority, weight, port: 5060 });

function setUp(...records: SrvRecord[]) {
  const random = new SeededRandom("srv");
  const order = (limit = 100) => orderSrvRecords(records, random, limit).map(({ target }) => target);
  /** How often each target comes first. */
  const firsts = (times: number) => {
    const counts: Record<string, number> = {};
    for (let i = 0; i < times; i++) {
      const [first] = order();
      counts[first!] = (counts[first!] ?? 0) + 1;
    }
    return counts;
  };
  return { order, firsts };
}

describe("the order of SRV records (RFC 2782)", () => {
  test("a lower priority goes first, whatever the weights", () => {
    const { order } = setUp(record("c", 30, 65_535), record("a", 10, 0), record("b", 20, 100));
    for (let i = 0; i < 50; i++) expect(order()).toEqual(["a", "b", "c"]);
  });

  test("among equals the weights are the chances", () => {
    const { firsts } = setUp(record("a", 1, 60), record("b", 1, 30), record("c", 1, 10));
    const { a, b, c } = firsts(10_000);
    expect(a! / 10_000).toBeCloseTo(0.6, 1);
    expect(b! / 10_000).toBeCloseTo(0.3, 1);
    expect(c! / 10_000).toBeCloseTo(0.1, 1);
  });

  test("weight 0 has a very small chance beside others", () => {
    const { a = 0, b } = setUp(record("a", 1, 0), record("b", 1, 99)).firsts(10_000);
    expect(a / 10_000).toBeCloseTo(0.01, 2);
    expect(a).toBeGreaterThan(0);
    expect(b).toBeGreaterThan(9_000);
  });

  test("weights of 0 alone give everybody the same chance", () => {
    const { a, b } = setUp(record("a", 1, 0), record("b", 1, 0)).firsts(1_000);
    expect(a).toBeGreaterThan(400);
    expect(b).toBeGreaterThan(400);
  });

  test("each comes once, and no more than are wanted", () => {
    const { order } = setUp(...Array.from({ length: 20 }, (_, i) => record(`s${i}`, i % 3, i)));
    expect(new Set(order()).size).toBe(20);
    expect(order(7)).toHaveLength(7);
    expect(setUp().order()).toEqual([]);
  });
});
