import { describe, expect, test } from "vitest";
import { createResponse } from "@sidetone/sip-core";
import { FakeFlow } from "./fake-transports.ts";
import { setUpServer } from "./server-set-up.ts";

const setUp = setUpServer;

describe("non-INVITE server transaction (RFC 3261 §17.2.2)", () => {
  test("absorbs repetitions until the response, which they then get byte for byte for 64·T1", () => {
    const { clock, flow, log, receive, respond, transactions, layer } = setUp();
    receive("OPTIONS");
    receive("OPTIONS");
    expect(flow.log).toEqual([]);
    respond(200);
    clock.advanceSync(31_999);
    receive("OPTIONS");
    expect(flow.log).toEqual(["200@0", "200@31999"]);
    expect(flow.sent[1]!.bytes).toEqual(flow.sent[0]!.bytes);
    expect(log).toEqual(["OPTIONS"]);
    clock.advanceSync(1);
    expect(log).toEqual(["OPTIONS", "terminated"]);
    expect(transactions[0]!.state).toBe("Terminated");
    expect([layer.serverCount, clock.pendingTimers]).toEqual([0, 0]);
  });

  test("over TCP is over with the response", () => {
    const { clock, flow, receive, respond, layer } = setUp({ transport: "TCP" });
    receive("OPTIONS");
    respond(200);
    expect(flow.log).toEqual(["200@0"]);
    expect([layer.serverCount, clock.pendingTimers]).toEqual([0, 0]);
  });

  test("sends its one final response, whatever the user adds", () => {
    const { flow, receive, respond, transactions } = setUp();
    receive("OPTIONS");
    const { request } = transactions[0]!;
    respond(404);
    transactions[0]!.respond(createResponse(request, 200, { toTag: "x" }));
    expect(flow.log).toEqual(["404@0"]);
    expect(() => transactions[0]!.request).toThrow(expect.objectContaining({ code: "TRANSACTION_RELEASED" }));
  });

  test("over TCP the response follows the client to a new connection, although the transaction is over", async () => {
    const { clock, transports, flow, receive, respond } = setUp({ transport: "TCP" });
    receive("OPTIONS");
    flow.isClosed = true;
    const reopened = new FakeFlow(clock, "TCP");
    transports.reopened = reopened;
    respond(200);
    await clock.advance(0);
    expect(reopened.log).toEqual(["200@0"]);
  });
});

describe("RFC 4320", () => {
  test("100 goes out by itself when Timer E has reached T2, and repetitions get it (§4.1)", () => {
    const { clock, flow, receive } = setUp();
    receive("OPTIONS");
    clock.advanceSync(3499);
    expect(flow.log).toEqual([]);
    clock.advanceSync(1);
    receive("OPTIONS");
    expect(flow.log).toEqual(["100@3500", "100@3500"]);
  });

  test("a 100 of the user's is not sent early", () => {
    const { flow, receive, respond } = setUp();
    receive("OPTIONS");
    respond(100);
    expect(flow.log).toEqual([]);
  });

  test.each([180, 183, 199, 408])("%i is refused (§4.1, §4.2)", (statusCode) => {
    const { flow, receive, respond } = setUp();
    receive("OPTIONS");
    expect(() => respond(statusCode)).toThrow(expect.objectContaining({ code: "TRANSACTION_RESPONSE_FORBIDDEN" }));
    expect(flow.log).toEqual([]);
  });

  test("after 64·T1 nothing is sent any more and the transaction is over (§4.2)", () => {
    const { clock, flow, log, receive, transactions, layer } = setUp();
    receive("OPTIONS");
    const { request } = transactions[0]!;
    clock.advanceSync(31_999);
    expect(log).toEqual(["OPTIONS"]);
    clock.advanceSync(1);
    expect(log).toEqual(["OPTIONS", "terminated"]);
    transactions[0]!.respond(createResponse(request, 200, { toTag: "x" }));
    expect(flow.log).toEqual(["100@3500"]);
    expect([layer.serverCount, clock.pendingTimers]).toEqual([0, 0]);
  });
});
