import { ClientError, retryWithBackoff, withTimeout } from "@sidetone/client-core";
import { delay } from "@sidetone/infra-common";
import { virtualEnvironment, type VirtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { rejection } from "../support/scenario.ts";

function setUp(): {
  environment: VirtualEnvironment;
  attemptsAt: number[];
  failing: (error: unknown) => (attempt: number) => Promise<never>;
} {
  const environment = virtualEnvironment();
  const attemptsAt: number[] = [];
  return {
    environment,
    attemptsAt,
    failing: (error) => () => {
      attemptsAt.push(Math.round(environment.clock.now()));
      return Promise.reject(error as Error);
    },
  };
}

const busy = new ClientError("CALL_BUSY", "busy");
const rejected = new ClientError("CALL_REJECTED", "no");

describe("retryWithBackoff", () => {
  test("waits longer and longer, up to the longest, and gives up with the last error", async () => {
    const { environment, attemptsAt, failing } = setUp();
    const options = { maxAttempts: 6, initialDelayMs: 100, maxDelayMs: 500, multiplier: 2, jitter: 0, environment };
    expect(await environment.clock.advanceUntil(rejection(retryWithBackoff(failing(busy), options)))).toBe(busy);
    expect(attemptsAt).toEqual([0, 100, 300, 700, 1200, 1700]);
    expect(environment.clock.pendingTimers).toBe(0);
  });

  test("draws up to its share of each wait at random", async () => {
    const { environment, attemptsAt, failing } = setUp();
    await environment.clock.advanceUntil(
      rejection(retryWithBackoff(failing(busy), { maxAttempts: 50, initialDelayMs: 1000, multiplier: 1, jitter: 0.5, environment })),
    );
    const waits = attemptsAt.slice(1).map((at, index) => at - attemptsAt[index]!);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1000);
    expect(new Set(waits).size).toBeGreaterThan(20);
  });

  test("gives what the operation gives, and its attempt's number", async () => {
    const { environment } = setUp();
    const run = retryWithBackoff((attempt) => (attempt < 3 ? Promise.reject(busy) : `after ${attempt}`), { environment });
    expect(await environment.clock.advanceUntil(run)).toBe("after 3");
  });

  test("does not try again what trying again would not mend", async () => {
    const { environment, attemptsAt, failing } = setUp();
    expect(await rejection(retryWithBackoff(failing(rejected), { environment }))).toBe(rejected);
    expect(await rejection(retryWithBackoff(failing(new Error("bug")), { environment }))).toMatchObject({ message: "bug" });
    expect(attemptsAt).toHaveLength(2);
    await environment.clock.advanceUntil(
      rejection(retryWithBackoff(failing(rejected), { environment, isRetryable: () => true, jitter: 0 })),
    );
    expect(attemptsAt).toHaveLength(5);
  });

  test("ends the waiting with the signal's reason", async () => {
    const { environment, failing } = setUp();
    const controller = new AbortController();
    const run = rejection(retryWithBackoff(failing(busy), { environment, signal: controller.signal }));
    await environment.clock.advance(100);
    controller.abort(new Error("enough"));
    expect(await run).toMatchObject({ message: "enough" });
    expect(environment.clock.pendingTimers).toBe(0);
  });

  test.each([{ maxAttempts: 0 }, { maxAttempts: 1.5 }, { initialDelayMs: -1 }, { maxDelayMs: -1 }, { multiplier: 0.5 }, { jitter: 1.1 }])(
    "%j is refused",
    async (options) => {
      expect(await rejection(retryWithBackoff(() => 1, options))).toMatchObject({ code: "CONFIG_INVALID" });
    },
  );
});

describe("withTimeout", () => {
  test("leaves no rejection to nobody when aborted already and the operation throws at once", async () => {
    const unhandled: unknown[] = [];
    const listener = (error: unknown): void => void unhandled.push(error);
    process.on("unhandledRejection", listener);
    const { environment } = setUp();
    const running = withTimeout((signal) => Promise.resolve(signal.throwIfAborted()), 1000, {
      environment,
      signal: AbortSignal.abort(busy),
    });
    expect(await rejection(running)).toBe(busy);
    await environment.clock.advance(1);
    process.off("unhandledRejection", listener);
    expect(unhandled).toEqual([]);
  });

  test("gives what the operation gives in time, and leaves no timer", async () => {
    const { environment } = setUp();
    const { clock } = environment;
    expect(await clock.advanceUntil(withTimeout(() => delay(clock, 100).then(() => "done"), 200, { environment }))).toBe("done");
    expect(clock.pendingTimers).toBe(0);
  });

  test("aborts the operation and rejects with TIMEOUT, even when the operation takes no notice", async () => {
    const { environment } = setUp();
    let reason: unknown;
    const run = withTimeout(
      (signal) => {
        signal.addEventListener("abort", () => (reason = signal.reason));
        return new Promise(() => {});
      },
      200,
      { environment },
    );
    const error = await environment.clock.advanceUntil(rejection(run));
    expect(error).toMatchObject({ code: "TIMEOUT", isRecoverable: true });
    expect(reason).toBe(error);
    expect(environment.clock.now()).toBe(200);
  });

  test.each([-1, Number.NaN, Infinity])("%d milliseconds are refused", async (timeoutMs) => {
    expect(await rejection(withTimeout(() => Promise.resolve(1), timeoutMs))).toMatchObject({ code: "CONFIG_INVALID" });
  });

  test("passes the caller's own abort on", async () => {
    const { environment } = setUp();
    const controller = new AbortController();
    const run = rejection(
      withTimeout((signal) => delay(environment.clock, 1000, signal), 2000, { environment, signal: controller.signal }),
    );
    controller.abort(new Error("stop"));
    expect(await run).toMatchObject({ message: "stop" });
    expect(environment.clock.pendingTimers).toBe(0);
  });
});
