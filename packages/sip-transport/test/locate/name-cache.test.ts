import { describe, expect, test } from "vitest";
import { virtualEnvironment } from "@sidetone/testkit";
import { NameCache } from "../../src/locate/name-cache.ts";

function setUp({ capacity = 1024 } = {}) {
  const { clock, resolver } = virtualEnvironment();
  const names = new NameCache(resolver, clock, capacity);
  const asked = () => resolver.questions.length;
  return { clock, resolver, names, asked };
}

const srv = "_sip._udp.example.com";

describe("what the name service said", () => {
  test("is kept for its TTL, in any case of letters", async () => {
    const { clock, resolver, names, asked } = setUp();
    resolver.setAddresses("example.com", ["10.0.0.1"], { ttlSeconds: 100 });
    expect(await names.addresses("example.com", 4)).toEqual({ records: ["10.0.0.1"], ttlSeconds: 100, source: "asked" });
    await clock.advance(60_000);
    expect(await names.addresses("EXAMPLE.com", 4)).toEqual({ records: ["10.0.0.1"], ttlSeconds: 40, source: "kept" });
    expect(asked()).toBe(1);
    await clock.advance(40_000);
    expect(await names.addresses("example.com", 4)).toMatchObject({ source: "asked" });
    expect(asked()).toBe(2);
  });

  test.each([
    ["for a minute when the TTL is unknown", undefined, 60],
    ["for a day at most", 10_000_000, 86_400],
    ["not at all with a TTL of 0", 0, 0],
  ])("is kept %s", async (_, ttlSeconds, keptSeconds) => {
    const { clock, resolver, names, asked } = setUp();
    resolver.setSrv(srv, [{ target: "a.example.com" }], { ttlSeconds });
    await names.srv(srv);
    await clock.advance(Math.max(0, keptSeconds * 1000 - 1));
    await names.srv(srv);
    expect(asked()).toBe(keptSeconds === 0 ? 2 : 1);
    await clock.advance(1);
    await names.srv(srv);
    expect(asked()).toBe(keptSeconds === 0 ? 3 : 2);
  });

  test.each([
    ["half a minute", undefined, 30],
    ["five minutes at most (RFC 2308 §5)", 86_400, 300],
  ])("that there is nothing is kept for %s", async (_, ttlSeconds, keptSeconds) => {
    const { clock, resolver, names, asked } = setUp();
    resolver.setNaptr("example.com", [], { ttlSeconds });
    await names.naptr("example.com");
    await clock.advance(keptSeconds * 1000 - 1);
    expect((await names.naptr("example.com")).records).toEqual([]);
    expect(asked()).toBe(1);
    await clock.advance(1);
    await names.naptr("example.com");
    expect(asked()).toBe(2);
  });

  test("a failure is kept for five seconds", async () => {
    const { clock, resolver, names, asked } = setUp();
    resolver.setConditions({ fails: true });
    for (let i = 0; i < 3; i++) await expect(names.srv(srv)).rejects.toMatchObject({ code: "NETWORK_NAME_SERVICE_FAILED" });
    expect(asked()).toBe(1);
    await clock.advance(5_000);
    resolver.setConditions({});
    expect((await names.srv(srv)).records).toEqual([]);
  });

  test("still serves for a day after its time while nobody answers (RFC 8767)", async () => {
    const { clock, resolver, names, asked } = setUp();
    resolver.setAddresses("example.com", ["10.0.0.1"], { ttlSeconds: 10 });
    await names.addresses("example.com", 4);
    resolver.setConditions({ delayMs: Infinity });
    await clock.advance(10_000);
    expect(await clock.advanceUntil(names.addresses("example.com", 4))).toEqual({ records: ["10.0.0.1"], ttlSeconds: 5, source: "stale" });
    expect(await names.addresses("example.com", 4)).toMatchObject({ source: "stale" });
    expect(asked()).toBe(2);
    await clock.advance(90_000_000);
    await expect(clock.advanceUntil(names.addresses("example.com", 4))).rejects.toMatchObject({ code: "NETWORK_NAME_SERVICE_FAILED" });
  });

  test("is asked for once by all who want it at the same time, even when some of them leave", async () => {
    const { clock, resolver, names, asked } = setUp();
    resolver.setAddresses("example.com", ["10.0.0.1"]);
    resolver.setConditions({ delayMs: 100 });
    const abort = new AbortController();
    const leaving = names.addresses("example.com", 4, abort.signal).catch((error: unknown) => error);
    const staying = names.addresses("example.com", 4);
    await clock.advance(50);
    abort.abort(new Error("gone"));
    expect(await leaving).toEqual(new Error("gone"));
    expect((await clock.advanceUntil(staying)).records).toEqual(["10.0.0.1"]);
    expect(asked()).toBe(1);
  });

  test("takes room for so many answers and no more; the one unused for longest goes", async () => {
    const { resolver, names, asked } = setUp({ capacity: 3 });
    for (const name of ["a", "b", "c"]) await names.addresses(name, 4);
    await names.addresses("a", 4);
    await names.addresses("d", 4);
    expect(names.size).toBe(3);
    await names.addresses("a", 4);
    expect(asked()).toBe(4);
    await names.addresses("b", 4);
    expect(resolver.questions.at(-1)).toBe("A b");
  });

  test("is cut after 64 records, the best ones staying", async () => {
    const { resolver, names } = setUp();
    resolver.setSrv(
      srv,
      Array.from({ length: 1000 }, (_, i) => ({ priority: 1000 - i, target: `s${i}` })),
    );
    const { records } = await names.srv(srv);
    expect(records).toHaveLength(64);
    expect(records[0]).toMatchObject({ priority: 1, target: "s999" });
  });

  test("more than 256 questions at a time are refused", async () => {
    const { clock, resolver, names } = setUp();
    resolver.setConditions({ delayMs: 10 });
    const answers = Promise.allSettled(Array.from({ length: 300 }, (_, i) => names.addresses(`h${i}`, 4)));
    const settled = await clock.advanceUntil(answers);
    expect(settled.filter(({ status }) => status === "rejected")).toHaveLength(44);
  });

  test("leaves no timer and nobody waiting when closed", async () => {
    const { clock, resolver, names } = setUp();
    resolver.setConditions({ delayMs: Infinity });
    const waiting = names.srv(srv).catch((error: unknown) => error);
    await clock.advance(10);
    names.close();
    expect(await waiting).toMatchObject({ code: "NETWORK_NAME_SERVICE_FAILED" });
    await clock.advance(0);
    expect(clock.pendingTimers).toBe(0);
  });
});
