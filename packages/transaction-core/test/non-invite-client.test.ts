import { describe, expect, test } from "vitest";
import { setUpClient, type ClientSetUpOptions } from "./client-set-up.ts";

const setUp = (options: ClientSetUpOptions = {}) => setUpClient({ method: "OPTIONS", ...options });

describe("non-INVITE client transaction (RFC 3261 §17.1.2)", () => {
  test("over UDP, doubles Timer E up to T2 until Timer F ends it at 64·T1", () => {
    const { clock, flow, log, transaction, layer } = setUp();
    clock.advanceSync(31_999);
    expect(flow.sentAt("OPTIONS")).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    clock.advanceSync(1);
    expect(log).toEqual(["timeout"]);
    expect(transaction.state).toBe("Terminated");
    expect([layer.clientCount, clock.pendingTimers]).toEqual([0, 0]);
  });

  test("over TCP, sends once and waits for Timer F", () => {
    const { clock, flow, log } = setUp({ transport: "TCP" });
    clock.advanceSync(32_000);
    expect(flow.log).toEqual(["OPTIONS@0"]);
    expect(log).toEqual(["timeout"]);
  });

  test("after a provisional response goes on sending, every T2, and Timer F still runs", () => {
    const { clock, flow, log, receive, transaction } = setUp();
    receive(100);
    expect(transaction.state).toBe("Proceeding");
    clock.advanceSync(32_000);
    expect(flow.sentAt("OPTIONS")).toEqual([0, 500, 4500, 8500, 12_500, 16_500, 20_500, 24_500, 28_500]);
    expect(log).toEqual(["100", "timeout"]);
  });

  test("absorbs repeated final responses for T4", () => {
    const { clock, log, receive, transaction, layer } = setUp();
    receive(200);
    expect(transaction.state).toBe("Completed");
    clock.advanceSync(4999);
    receive(200);
    receive(404);
    receive(100);
    expect(log).toEqual(["200"]);
    clock.advanceSync(1);
    expect(transaction.state).toBe("Terminated");
    receive(200);
    expect(log).toEqual(["200", "stray 200"]);
    expect([layer.clientCount, clock.pendingTimers]).toEqual([0, 0]);
  });

  test("over TCP is over with the final response", () => {
    const { clock, receive, layer, transaction } = setUp({ transport: "TCP" });
    receive(404);
    expect(transaction.state).toBe("Terminated");
    expect([layer.clientCount, clock.pendingTimers]).toEqual([0, 0]);
  });

  test("stops sending with the final response and lets go of the request", () => {
    const { clock, flow, receive, transaction } = setUp();
    clock.advanceSync(600);
    receive(200);
    clock.advanceSync(10_000);
    expect(flow.sentAt("OPTIONS")).toEqual([0, 500]);
    expect(() => transaction.request).toThrow(expect.objectContaining({ code: "TRANSACTION_RELEASED" }));
  });

  test.each([undefined, 100])("a failing transport is reported while there is no final response (after %s)", (statusCode) => {
    const { clock, log, fail, receive, layer } = setUp();
    if (statusCode) receive(statusCode);
    fail("broken");
    expect(log.at(-1)).toBe("broken");
    expect([layer.clientCount, clock.pendingTimers]).toEqual([0, 0]);
  });

  test("a failing transport changes nothing after the final response", () => {
    const { log, fail, receive, transaction } = setUp();
    receive(200);
    fail();
    expect(log).toEqual(["200"]);
    expect(transaction.state).toBe("Completed");
  });

  test("cannot be cancelled (RFC 3261 §9.1)", () => {
    const { layer, transaction } = setUp();
    expect(() => layer.cancel(transaction)).toThrow(expect.objectContaining({ code: "TRANSACTION_NOT_INVITE" }));
  });
});

describe("a request that another server has, too (RFC 3263 §4.3)", () => {
  test("is over at once: a late response is a stray", () => {
    const { clock, layer, transaction, receive, log } = setUpClient({ method: "OPTIONS" });
    clock.advanceSync(4_000);
    layer.supersede(transaction);
    expect([layer.clientCount, clock.pendingTimers]).toEqual([0, 0]);
    receive(200);
    expect(log).toEqual(["stray 200"]);
  });
});
