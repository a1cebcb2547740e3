import { SipUri } from "@sidetone/sip-core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ExpiryHeap, type Expiring } from "../../src/location/expiry-heap.ts";
import { registrarScenario } from "../support/registrar-scenario.ts";

const setUp = registrarScenario;
const alice = SipUri.parse("sip:alice@example.com");

describe("Expiry of bindings", () => {
  test("comes to the second, and is told once", async () => {
    const { phone, clock, events, server } = await setUp();
    await phone.send({ expires: 100 });
    await clock.advance(99_980);
    expect(server.registrar.lookup(alice)).toHaveLength(1);
    await clock.advance(20);
    expect(server.registrar.lookup(alice)).toHaveLength(0);
    expect(events.slice(1)).toEqual(["expired alice@example.com sip:alice@10.0.0.2:5060"]);
  });

  test("is put off by a refresh, and brought forward by a shorter one", async () => {
    const { phone, clock, events } = await setUp();
    await phone.send({ expires: 100 });
    await clock.advance(90_000);
    await phone.send({ expires: 1000 });
    await clock.advance(100_000);
    await phone.send({ expires: 60 });
    await clock.advance(61_000);
    expect(events.map((event) => event.split(" ")[0])).toEqual(["added", "refreshed", "refreshed", "expired"]);
  });

  test("of a later binding comes first when it is shorter", async () => {
    const { phone, clock, events } = await setUp();
    await phone.send({ expires: 3600 });
    await phone.send({ to: "sip:bob@example.com", expires: 60 });
    await clock.advance(60_000);
    expect(events.slice(2)).toEqual(["expired bob@example.com sip:alice@10.0.0.2:5060"]);
  });

  test("takes one timer, however many bindings there are, and none when there are none", async () => {
    const { phone, clock } = await setUp();
    const before = clock.pendingTimers;
    for (let user = 0; user < 50; user++) await phone.send({ to: `sip:${user}@example.com`, expires: 200 + 10 * user });
    await clock.advance(64_000); // the transactions are over
    expect(clock.pendingTimers).toBe(before + 1);
    for (let user = 0; user < 50; user++) await phone.send({ to: `sip:${user}@example.com`, contacts: ["*"], expires: 0 });
    await clock.advance(64_000);
    expect(clock.pendingTimers).toBe(before);
  });

  test("leaves nothing behind when bindings of all lengths come and go", async () => {
    const { phone, clock, server, events } = await setUp();
    for (const expires of [500, 60, 3600, 90, 700]) await phone.send({ to: `sip:u${expires}@example.com`, expires });
    await clock.advance(3_600_000);
    expect(server.registrar.location.size).toBe(0);
    expect(events.slice(5).map((event) => event.split(" ")[1])).toEqual(
      ["u60", "u90", "u500", "u700", "u3600"].map((user) => `${user}@example.com`),
    );
  });
});

describe("The heap behind it", () => {
  interface Item extends Expiring {
    readonly expiresAtMs: number;
  }

  test("gives the earliest first, whatever was taken out meanwhile", () => {
    const times = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.boolean()), { maxLength: 60, size: "max" });
    fc.assert(
      fc.property(times, (entries) => {
        const heap = new ExpiryHeap<Item>();
        const items = entries.map(([expiresAtMs, stays]) => ({ item: { expiresAtMs, heapIndex: -1 }, stays }));
        for (const { item } of items) heap.add(item);
        for (const { item, stays } of items) if (!stays) heap.remove(item);
        const order: number[] = [];
        for (let first = heap.first; first; first = heap.first) {
          order.push(first.expiresAtMs);
          heap.remove(first);
        }
        const expected = items.filter(({ stays }) => stays).map(({ item }) => item.expiresAtMs);
        expect(order).toEqual(expected.sort((a, b) => a - b));
        expect(items.every(({ item }) => item.heapIndex === -1)).toBe(true);
      }),
    );
  });
});
