import { describe, expect, test } from "vitest";
import type { InviteServerTransaction } from "@sidetone/transaction-core";
import type { FakeFlow } from "./fake-transports.ts";
import { setUpServer, type RequestText } from "./server-set-up.ts";

/** A layer whose transactions nobody watches: they linger as bytes. */
const setUp = () => {
  const scenario = setUpServer({ isHeard: false });
  const acknowledge = (transaction = scenario.transactions.at(-1)!): void => (transaction as InviteServerTransaction).acknowledged();
  return { ...scenario, acknowledge };
};
const lastTwo = (flow: FakeFlow) => flow.sent.slice(-2).map(({ bytes }) => Buffer.from(bytes).toString());
const inDialog = (branch: string): RequestText => ({ branch, to: "<sip:alice@example.com>;tag=a1" });

describe("a request that comes again after its final response, over UDP", () => {
  test("gets the response byte for byte for 64·T1, and is new afterwards", () => {
    const { clock, flow, log, receive, respond, layer } = setUp();
    receive("OPTIONS");
    respond(200);
    clock.advanceSync(31_999);
    receive("OPTIONS");
    expect(flow.log).toEqual(["200@0", "200@31999"]);
    const [first, second] = lastTwo(flow);
    expect(second).toBe(first);
    clock.advanceSync(1);
    expect([layer.serverCount, clock.pendingTimers]).toEqual([0, 0]);
    receive("OPTIONS");
    expect(log).toEqual(["OPTIONS", "OPTIONS"]);
  });

  test("is absorbed when it is an INVITE whose 2xx has its ACK; the ACK goes to the user still", () => {
    const { clock, flow, log, receive, respond, acknowledge, layer } = setUp();
    receive("INVITE");
    respond(200);
    acknowledge();
    acknowledge();
    receive("INVITE");
    receive("ACK");
    expect(flow.log).toEqual(["200@0"]);
    expect(log).toEqual(["INVITE", "ACK"]);
    expect(layer.serverCount).toBe(1);
    clock.advanceSync(32_000);
    expect([layer.serverCount, clock.pendingTimers]).toEqual([0, 0]);
  });

  test("and comes another way is merged: 482 (RFC 3261 §8.2.2.2)", () => {
    const { flow, log, receive, respond, acknowledge } = setUp();
    receive("INVITE", { branch: "z9hG4bK1" });
    respond(200);
    acknowledge();
    receive("INVITE", { branch: "z9hG4bK2" });
    expect(flow.log).toEqual(["200@0", "482@0"]);
    expect(log).toEqual(["INVITE"]);
  });

  test.each(["INVITE", "OPTIONS", "BYE"])("the CANCEL for %s gets 200 with the To tag of the response (RFC 3261 §9.2)", (method) => {
    const { flow, receive, respond, acknowledge, transactions } = setUp();
    receive(method, method === "BYE" ? inDialog("z9hG4bK1") : {});
    respond(200);
    if (method === "INVITE") acknowledge();
    const { toTag } = flow.last();
    receive("CANCEL", method === "BYE" ? inDialog("z9hG4bK1") : {});
    expect(flow.log).toEqual(["200@0", "200@0"]);
    expect(flow.last().toTag).toBe(toTag);
    expect(transactions).toHaveLength(1);
  });

  test("gets nothing over a flow that has closed, and harms nobody", () => {
    const { flow, receive, respond } = setUp();
    receive("OPTIONS");
    respond(200);
    flow.isClosed = true;
    receive("OPTIONS");
    expect(flow.sent).toHaveLength(1);
  });

  test("is found by what it is, whatever it is made of", () => {
    const { clock, flow, receive, respond, layer, log } = setUp();
    // RFC 2543: without the magic cookie the key is made of the whole request.
    const requests: RequestText[] = [
      { branch: "old", callId: "constructor@__proto__" },
      { branch: "z9hG4bK" },
      { branch: `z9hG4bK${"x".repeat(20_000)}` },
      { branch: "z9hG4bK1", from: `<sip:b@example.com>;tag=${"y".repeat(9000)}` },
    ];
    requests.forEach((request, i) => {
      receive("OPTIONS", { callId: `${i}`, ...request });
      respond(200);
    });
    requests.forEach((request, i) => receive("OPTIONS", { callId: `${i}`, ...request }));
    expect(log).toHaveLength(4);
    const sent = flow.sent.map(({ bytes }) => Buffer.from(bytes).toString());
    expect(sent.slice(4)).toEqual(sent.slice(0, 4));
    clock.advanceSync(32_000);
    expect([layer.serverCount, clock.pendingTimers]).toEqual([0, 0]);
  });

  test("is found among thousands that come and go", () => {
    const { clock, flow, receive, respond, layer, log } = setUp();
    const perSecond = 400;
    const send = (i: number): void => receive("BYE", inDialog(`z9hG4bK${i}`));
    for (let i = 0; i < 90 * perSecond; i++) {
      send(i);
      respond(200);
      // One that came a moment ago, and the oldest that is still here.
      for (const again of [i - 5, i - 31 * perSecond]) if (i % 97 === 0 && again >= 0) send(again);
      clock.advanceSync(1000 / perSecond);
      if (i % perSecond === 0) expect(layer.serverCount).toBeLessThanOrEqual(32 * perSecond + 2);
    }
    const again = Math.ceil((90 * perSecond) / 97) - 1 + Math.ceil((59 * perSecond) / 97);
    expect([log.length, flow.sent.length]).toEqual([90 * perSecond, 90 * perSecond + again]);
    clock.advanceSync(32_000);
    expect([layer.serverCount, clock.pendingTimers]).toEqual([0, 0]);
  });

  test("leaves no timer when the layer closes", async () => {
    const { clock, receive, respond, layer } = setUp();
    receive("OPTIONS");
    respond(200);
    await layer.close();
    expect([layer.serverCount, clock.pendingTimers]).toEqual([0, 0]);
  });
});
