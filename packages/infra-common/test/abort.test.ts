import { describe, expect, test } from "vitest";
import { abortable, anySignal, delay, onAbort, timeoutSignal } from "@sidetone/infra-common";
import { VirtualClock } from "@sidetone/testkit";

const reason = { why: "the caller hung up" };

function setUp() {
  const controller = new AbortController();
  /** How many listeners the signal has. */
  let listeners = 0;
  const { signal } = controller;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: unknown[]) => (listeners++, addEventListener.apply(signal, args as never));
  signal.removeEventListener = (...args: unknown[]) => (listeners--, removeEventListener.apply(signal, args as never));
  return { clock: new VirtualClock(), controller, signal, listeners: () => listeners };
}

describe("onAbort", () => {
  test("hands over the reason when the signal aborts, or at once if it has", () => {
    const { controller, signal } = setUp();
    const reasons: unknown[] = [];
    onAbort(signal, (given) => reasons.push(given));
    onAbort(undefined, (given) => reasons.push(given));
    expect(reasons).toEqual([]);
    controller.abort(reason);
    onAbort(signal, (given) => reasons.push(given));
    expect(reasons).toEqual([reason, reason]);
  });

  test("can be forgotten", () => {
    const { controller, signal, listeners } = setUp();
    onAbort(signal, () => expect.unreachable())();
    expect(listeners()).toBe(0);
    controller.abort();
  });
});

describe("abortable", () => {
  test("gives what the promise gives, and forgets the signal", async () => {
    const { signal, listeners } = setUp();
    await expect(abortable(Promise.resolve(7), signal)).resolves.toBe(7);
    await expect(abortable(Promise.reject(new Error("own")), signal)).rejects.toThrow("own");
    await expect(abortable(Promise.resolve(8), undefined)).resolves.toBe(8);
    expect(listeners()).toBe(0);
  });

  test("rejects with the reason untouched, and swallows what the promise does later", async () => {
    const { controller, signal } = setUp();
    let fail: (error: Error) => void = () => {};
    const waiting = abortable(new Promise((_, reject) => (fail = reject)), signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    fail(new Error("late"));
    await expect(abortable(Promise.reject(new Error("late")), AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe("anySignal", () => {
  test("aborts with the reason of the first, and forgets the others", () => {
    const [first, second] = [setUp(), setUp()];
    const { signal } = anySignal(first.signal, undefined, second.signal);
    second.controller.abort(reason);
    first.controller.abort("later");
    expect(signal.reason).toBe(reason);
    expect([first.listeners(), second.listeners()]).toEqual([0, 0]);
  });

  test("is aborted from the start when one of them is", () => {
    const later = setUp();
    expect(anySignal(AbortSignal.abort(reason), later.signal).signal.reason).toBe(reason);
    expect(later.listeners()).toBe(0);
  });

  test("lets go when disposed of", () => {
    const { controller, signal, listeners } = setUp();
    const any = anySignal(signal);
    any[Symbol.dispose]();
    expect(listeners()).toBe(0);
    controller.abort();
    expect(any.signal.aborted).toBe(false);
  });
});

describe("timeoutSignal", () => {
  test("aborts after the time, with a TimeoutError or the reason given", () => {
    const { clock } = setUp();
    const [plain, own] = [timeoutSignal(clock, 500), timeoutSignal(clock, 500, reason)];
    clock.advanceSync(499);
    expect(plain.signal.aborted).toBe(false);
    clock.advanceSync(1);
    expect(plain.signal.reason).toMatchObject({ name: "TimeoutError" });
    expect(own.signal.reason).toBe(reason);
  });

  test("leaves no timer when disposed of", () => {
    const { clock } = setUp();
    timeoutSignal(clock, 500)[Symbol.dispose]();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("delay", () => {
  test("resolves after the time and forgets the signal", async () => {
    const { clock, signal, listeners } = setUp();
    const waiting = delay(clock, 1000, signal);
    await clock.advance(999);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(1);
    await waiting;
    expect(listeners()).toBe(0);
  });

  test("rejects with the reason untouched and leaves no timer", async () => {
    const { clock, controller, signal } = setUp();
    const waiting = delay(clock, 1000, signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(delay(clock, 1000, signal)).rejects.toBe(reason);
    expect(clock.pendingTimers).toBe(0);
  });
});
