import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { BoundedQueue, StreamError, type BoundedQueueOptions } from "@sidetone/infra-common";

function setUp(options: Partial<BoundedQueueOptions> = {}) {
  let endings = 0;
  const queue = new BoundedQueue<number>({ capacity: 3, whenFull: "dropOldest", onEnded: () => void endings++, ...options });
  const readAll = async () => {
    const items: number[] = [];
    for await (const item of queue) items.push(item);
    return items;
  };
  return { queue, readAll, endings: () => endings };
}

describe("BoundedQueue", () => {
  test("hands out items in order, those that wait and those that come later", async () => {
    const { queue, readAll } = setUp();
    queue.push(1);
    const reading = readAll();
    await Promise.resolve();
    queue.push(2);
    queue.push(3);
    queue.end();
    await expect(reading).resolves.toEqual([1, 2, 3]);
  });

  test("drops and counts the oldest when full", async () => {
    const { queue, readAll } = setUp();
    for (let i = 1; i <= 5; i++) expect(queue.push(i)).toBe(true);
    expect([queue.length, queue.droppedItems]).toEqual([3, 2]);
    queue.end();
    await expect(readAll()).resolves.toEqual([3, 4, 5]);
  });

  test("or ends behind what waits, without a gap", async () => {
    const { queue, endings } = setUp({ whenFull: "end" });
    for (let i = 1; i <= 3; i++) expect(queue.push(i)).toBe(true);
    expect(queue.push(4)).toBe(false);
    expect([queue.ended, endings()]).toEqual([true, 1]);
    const items: number[] = [];
    const reading = (async () => {
      for await (const item of queue) items.push(item);
    })();
    await expect(reading).rejects.toMatchObject({ code: "STREAM_OVERRUN" });
    expect(items).toEqual([1, 2, 3]);
  });

  test("takes the overrun's error from its owner", async () => {
    const error = new Error("EVENTS_OVERRUN");
    const { queue } = setUp({ capacity: 1, whenFull: "end", overrunError: () => error });
    queue.push(1);
    queue.push(2);
    await queue.next();
    await expect(queue.next()).rejects.toBe(error);
    await expect(queue.next()).resolves.toEqual({ done: true, value: undefined });
  });

  test("ends with an error behind what waits", async () => {
    const { queue } = setUp();
    const error = new Error("the call failed");
    queue.push(1);
    queue.end(error);
    queue.end();
    expect(queue.push(2)).toBe(false);
    await expect(queue.next()).resolves.toEqual({ done: false, value: 1 });
    await expect(queue.next()).rejects.toBe(error);
  });

  test("a reader that waits can leave: return() ends the wait", async () => {
    const { queue, endings } = setUp();
    const waiting = queue.next();
    await queue.return();
    await expect(waiting).resolves.toEqual({ done: true, value: undefined });
    expect(endings()).toBe(1);
    expect(queue.push(1)).toBe(false);
  });

  test("leaving the loop ends it and drops what waits", async () => {
    const { queue, endings } = setUp();
    queue.push(1);
    queue.push(2);
    for await (const item of queue) {
      expect(item).toBe(1);
      break;
    }
    expect([queue.ended, queue.length, endings()]).toEqual([true, 0, 1]);
  });

  test("disposing ends it once, whenever", async () => {
    const { queue, endings } = setUp();
    await queue[Symbol.asyncDispose]();
    await queue[Symbol.asyncDispose]();
    queue.end(new Error("later"));
    await expect(queue.next()).resolves.toEqual({ done: true, value: undefined });
    expect(endings()).toBe(1);
  });

  test("an abort throws its reason, untouched, at a reader that waits, and drops what waits", async () => {
    const reason = { why: "hang up" };
    const controller = new AbortController();
    const { queue, endings } = setUp({ signal: controller.signal });
    const waiting = queue.next();
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(endings()).toBe(1);

    const second = new AbortController();
    const full = setUp({ signal: second.signal });
    full.queue.push(1);
    second.abort(reason);
    await expect(full.readAll()).rejects.toBe(reason);
    await expect(setUp({ signal: AbortSignal.abort(reason) }).readAll()).rejects.toBe(reason);
  });

  test("several next() in a row are answered in turn", async () => {
    const { queue } = setUp();
    const results = Promise.all([queue.next(), queue.next(), queue.next()]);
    queue.push(1);
    queue.push(2);
    queue.end();
    await expect(results).resolves.toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
      { done: true, value: undefined },
    ]);
  });

  test("has one reader", () => {
    const { queue } = setUp();
    queue[Symbol.asyncIterator]();
    expect(() => queue[Symbol.asyncIterator]()).toThrow(StreamError);
  });

  test("refuses a capacity below one", () => {
    expect(() => setUp({ capacity: 0 })).toThrow(RangeError);
  });

  test("keeps the order while much is read and more comes", async () => {
    const { queue } = setUp({ capacity: 200 });
    for (let i = 0; i < 200; i++) queue.push(i);
    for (let i = 0; i < 150; i++) {
      expect((await queue.next()).value).toBe(i);
      queue.push(200 + i);
    }
    queue.end();
    for (let i = 150; i < 350; i++) expect((await queue.next()).value).toBe(i);
    expect((await queue.next()).done).toBe(true);
  });

  test("behaves as a list of bounded length, whatever is pushed and read", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 100 }), fc.array(fc.boolean(), { maxLength: 500 }), async (capacity, pushes) => {
        const { queue } = setUp({ capacity });
        const model: number[] = [];
        let pushed = 0;
        for (const isPush of pushes) {
          if (isPush) {
            model.push(pushed);
            if (model.length > capacity) model.shift();
            queue.push(pushed++);
          } else if (model.length > 0) {
            expect((await queue.next()).value).toBe(model.shift());
          }
          expect(queue.length).toBe(model.length);
        }
      }),
    );
  });
});
