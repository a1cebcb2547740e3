import { describe, expect, test } from "vitest";
import { Via, type SipRequest } from "@sidetone/sip-core";
import { setUpClient, type ClientSetUpOptions } from "./client-set-up.ts";

const setUp = (options: ClientSetUpOptions = {}) => setUpClient(options);

describe("INVITE client transaction (RFC 3261 §17.1.1)", () => {
  test("over UDP, doubles Timer A from T1 until Timer B ends it at 64·T1", () => {
    const { clock, flow, log, transaction, layer } = setUp();
    clock.advanceSync(31_999);
    expect(flow.sentAt("INVITE")).toEqual([0, 500, 1500, 3500, 7500, 15_500, 31_500]);
    expect(log).toEqual([]);
    clock.advanceSync(1);
    expect(log).toEqual(["timeout"]);
    expect(transaction.state).toBe("Terminated");
    expect(layer.clientCount).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  test("sends the same bytes each time, with a Via of its own on top", () => {
    const { clock, flow, transaction, sentRequest } = setUp();
    clock.advanceSync(2000);
    expect(new Set(flow.sent.map(({ bytes }) => Buffer.from(bytes).toString())).size).toBe(1);
    expect(sentRequest.topVia).toMatchObject({ transport: "UDP", host: "10.0.0.1", port: 5060, branch: transaction.branch, rport: true });
    expect(transaction.branch).toMatch(/^z9hG4bK[a-z0-9]{12,}$/);
    expect(transaction.context).toBe("mine");
  });

  test("over TCP, sends once and waits for Timer B", () => {
    const { clock, flow, log } = setUp({ transport: "TCP" });
    clock.advanceSync(32_000);
    expect(flow.log).toEqual(["INVITE@0"]);
    expect(log).toEqual(["timeout"]);
  });

  test("follows T1 where it is configured", () => {
    const { clock, flow, log } = setUp({ timers: { T1: 100 } });
    clock.advanceSync(6400);
    expect(flow.sentAt("INVITE")).toEqual([0, 100, 300, 700, 1500, 3100, 6300]);
    expect(log).toEqual(["timeout"]);
  });

  test("rings for an hour after a provisional response without sending or giving up", () => {
    const { clock, flow, log, receive, transaction } = setUp();
    receive(100);
    receive(180);
    clock.advanceSync(3_600_000);
    receive(180);
    expect(flow.log).toEqual(["INVITE@0"]);
    expect(log).toEqual(["100", "180", "180"]);
    expect(transaction.state).toBe("Proceeding");
    expect(clock.pendingTimers).toBe(0);
  });

  test("acknowledges each repeated refusal but reports it once, for 32 s", () => {
    const { clock, flow, log, receive, layer, transaction } = setUp();
    receive(180);
    receive(486);
    expect(transaction.state).toBe("Completed");
    clock.advanceSync(500);
    receive(486);
    receive(180);
    clock.advanceSync(31_499);
    receive(486);
    expect(log).toEqual(["180", "486"]);
    expect(flow.log).toEqual(["INVITE@0", "ACK@0", "ACK@500", "ACK@31999"]);
    clock.advanceSync(1);
    expect(transaction.state).toBe("Terminated");
    expect(layer.clientCount).toBe(0);
    receive(486);
    expect(log.at(-1)).toBe("stray 486");
  });

  test("over TCP is over as soon as the refusal is acknowledged", () => {
    const { clock, flow, receive, transaction, layer } = setUp({ transport: "TCP" });
    receive(503);
    expect(flow.log).toEqual(["INVITE@0", "ACK@0"]);
    expect(transaction.state).toBe("Terminated");
    expect([layer.clientCount, clock.pendingTimers]).toEqual([0, 0]);
  });

  test("the ACK takes from the INVITE what RFC 3261 §17.1.1.3 says, and To from the response", () => {
    const { flow, receive, sentRequest } = setUp();
    receive(404);
    const ack = flow.last<SipRequest>();
    expect(ack.requestUriText).toBe(sentRequest.requestUriText);
    expect(ack.getAllText("Via")).toEqual([sentRequest.topVia.toString()]);
    for (const name of ["From", "Call-ID", "Route"]) expect(ack.getAllText(name)).toEqual(sentRequest.getAllText(name));
    expect(ack.getText("To")).toBe("Bob <sip:bob@example.com>;tag=b404");
    expect(ack.getText("CSeq")).toBe("77 ACK");
    expect(ack.getText("Max-Forwards")).toBe("70");
    expect(ack.has("Contact")).toBe(false);
    expect(ack.body).toHaveLength(0);
  });

  test("lets go of the request with a refusal, and says so", () => {
    const { receive, transaction, request } = setUp();
    receive(180);
    expect(transaction.request).toBe(request);
    receive(404);
    expect(() => transaction.request).toThrow(expect.objectContaining({ code: "TRANSACTION_RELEASED" }));
  });
});

describe("Accepted (RFC 6026 §7.2)", () => {
  test("passes every 2xx to the user for 64·T1 and acknowledges none", () => {
    const { clock, flow, log, receive, layer, transaction } = setUp();
    receive(183);
    receive(200);
    clock.advanceSync(31_999);
    receive(200);
    expect(transaction.state).toBe("Accepted");
    expect(log).toEqual(["183", "200", "200"]);
    expect(flow.log).toEqual(["INVITE@0"]);
    clock.advanceSync(1);
    expect(layer.clientCount).toBe(0);
    receive(200);
    expect(log.at(-1)).toBe("stray 200");
    expect(clock.pendingTimers).toBe(0);
  });

  test("a refusal from another branch after a 2xx is not reported", () => {
    const { log, receive, flow } = setUp();
    receive(200);
    receive(486);
    receive(180);
    expect(log).toEqual(["200"]);
    expect(flow.log).toEqual(["INVITE@0"]);
  });
});

describe("CANCEL (RFC 3261 §9.1)", () => {
  test("is held back until a provisional response comes", () => {
    const { clock, flow, receive, layer, transaction } = setUp();
    layer.cancel(transaction);
    clock.advanceSync(700);
    expect(flow.log).toEqual(["INVITE@0", "INVITE@500"]);
    receive(100);
    expect(flow.log.at(-1)).toBe("CANCEL@700");
    clock.advanceSync(500);
    expect(flow.log.at(-1)).toBe("CANCEL@1200");
  });

  test("is sent at once after a provisional response, and only once", () => {
    const { flow, receive, layer, transaction } = setUp();
    receive(180);
    layer.cancel(transaction, [["Reason", "SIP;cause=200"]]);
    layer.cancel(transaction);
    expect(flow.log).toEqual(["INVITE@0", "CANCEL@0"]);
  });

  test("shares Via, Request-URI, Route, From, To, Call-ID and CSeq number with the INVITE", () => {
    const { flow, receive, layer, transaction, sentRequest } = setUp();
    receive(180);
    layer.cancel(transaction, [["Reason", "SIP;cause=200"]]);
    const cancel = flow.last<SipRequest>();
    expect(cancel.requestUriText).toBe(sentRequest.requestUriText);
    expect(cancel.getAll(Via).map(String)).toEqual([sentRequest.topVia.toString()]);
    for (const name of ["From", "To", "Call-ID", "Route"]) expect(cancel.getAllText(name)).toEqual(sentRequest.getAllText(name));
    expect(cancel.getText("CSeq")).toBe("77 CANCEL");
    expect(cancel.getText("Reason")).toBe("SIP;cause=200");
    expect(cancel.body).toHaveLength(0);
  });

  test("its own answer is not the INVITE's; the 487 is", () => {
    const { flow, log, receive, layer, transaction } = setUp();
    receive(180);
    layer.cancel(transaction);
    receive(200, flow.last<SipRequest>());
    expect(log).toEqual(["180"]);
    expect(transaction.state).toBe("Proceeding");
    receive(487);
    expect(log).toEqual(["180", "487"]);
  });

  test("the INVITE times out 64·T1 after it without a final response", () => {
    const { clock, flow, log, receive, layer, transaction } = setUp();
    receive(180);
    clock.advanceSync(100_000);
    layer.cancel(transaction);
    receive(200, flow.last<SipRequest>());
    clock.advanceSync(31_999);
    expect(log).toEqual(["180"]);
    clock.advanceSync(1);
    expect(log).toEqual(["180", "timeout"]);
    expect([layer.clientCount, clock.pendingTimers]).toEqual([0, 0]);
  });

  test("a 2xx that crosses it is reported like any other", () => {
    const { clock, log, receive, layer, transaction } = setUp();
    receive(180);
    layer.cancel(transaction);
    receive(200);
    clock.advanceSync(40_000);
    expect(log).toEqual(["180", "200"]);
    expect([layer.clientCount, clock.pendingTimers]).toEqual([0, 0]);
  });

  test.each([200, 486])("is not sent after %i", (statusCode) => {
    const { flow, receive, layer, transaction } = setUp();
    receive(statusCode);
    layer.cancel(transaction);
    expect(flow.sentAt("CANCEL")).toEqual([]);
  });

  test("is not sent when the final response is the first one", () => {
    const { flow, receive, layer, transaction } = setUp();
    layer.cancel(transaction);
    receive(486);
    expect(flow.log).toEqual(["INVITE@0", "ACK@0"]);
  });

  test("may be asked for from within a response", () => {
    const { flow, receive, layer, user, transaction } = setUp();
    user.onResponse = (ringing) => layer.cancel(ringing);
    receive(180);
    expect(flow.log).toEqual(["INVITE@0", "CANCEL@0"]);
    expect(transaction.state).toBe("Proceeding");
  });
});

describe("an INVITE that is given up", () => {
  test.each([
    ["after a provisional response", 180, undefined],
    ["before one", undefined, 100],
  ])("%s times out after 64·T1, and sends nothing more", (_when, before, after) => {
    const { clock, flow, log, receive, layer, transaction } = setUp();
    if (before) receive(before);
    layer.giveUp(transaction);
    if (after) receive(after);
    clock.advanceSync(31_999);
    expect(layer.clientCount).toBe(1);
    clock.advanceSync(1);
    expect([log.at(-1), layer.clientCount, clock.pendingTimers]).toEqual(["timeout", 0, 0]);
    expect(flow.log).toEqual(["INVITE@0"]);
  });

  test("still reports its final response", () => {
    const { clock, flow, log, receive, layer, transaction } = setUp();
    receive(180);
    layer.giveUp(transaction);
    receive(487);
    clock.advanceSync(40_000);
    expect([log, flow.log]).toEqual([
      ["180", "487"],
      ["INVITE@0", "ACK@0"],
    ]);
    expect([layer.clientCount, clock.pendingTimers]).toEqual([0, 0]);
  });
});

describe("a failing transport (RFC 3261 §17.1.4)", () => {
  test("is reported before any response, and ends the transaction", () => {
    const { clock, log, fail, layer, transaction } = setUp();
    fail("connection lost");
    fail("again");
    expect(log).toEqual(["connection lost"]);
    expect(transaction.state).toBe("Terminated");
    expect([layer.clientCount, clock.pendingTimers]).toEqual([0, 0]);
  });

  test.each([
    ["Proceeding", 180],
    ["Accepted", 200],
    ["Completed", 486],
  ])("changes nothing in %s", (state, statusCode) => {
    const { log, fail, receive, transaction } = setUp();
    receive(statusCode);
    fail();
    expect(log).toEqual([String(statusCode)]);
    expect(transaction.state).toBe(state);
  });

  test("a flow that is closed already fails the transaction, though not before sendRequest has returned", () => {
    const { clock, log, layer } = setUp({ isFlowClosed: true });
    expect(log).toEqual([]);
    clock.advanceSync(0);
    expect(log).toEqual([expect.stringContaining("closed")]);
    expect([layer.clientCount, clock.pendingTimers]).toEqual([0, 0]);
  });
});

test("a response to another method or branch is a stray (RFC 3261 §17.1.3)", () => {
  const { log, receive, sentRequest, transaction, transports, flow } = setUp();
  const response = (cseq: string, branch: string): string =>
    `SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=${branch}\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\n` +
    `Call-ID: call@test\r\nCSeq: ${cseq}\r\nContent-Length: 0\r\n\r\n`;
  transports.deliver(response("77 OPTIONS", transaction.branch), flow);
  transports.deliver(response("77 INVITE", "z9hG4bKother"), flow);
  transports.deliver(response("77 CANCEL", transaction.branch), flow);
  expect(log).toEqual(["stray 200", "stray 200", "stray 200"]);
  receive(180, sentRequest);
  expect(log.at(-1)).toBe("180");
});

describe("an INVITE that another server has, too (RFC 3263 §4.3)", () => {
  test("is not repeated, and cancelled when a provisional response comes", () => {
    const { clock, flow, layer, transaction, receive, log } = setUp();
    clock.advanceSync(4_000);
    layer.supersede(transaction);
    clock.advanceSync(10_000);
    expect(flow.sentAt("INVITE")).toEqual([0, 500, 1500, 3500]);
    receive(180);
    expect(flow.sentAt("CANCEL")).toEqual([14_000]);
    receive(487);
    expect(flow.sentAt("ACK")).toEqual([14_000]);
    expect(log).toEqual(["180", "487"]);
  });

  test("still reports a late 2xx, and ends at 64·T1 when nothing comes", () => {
    const first = setUp();
    first.layer.supersede(first.transaction);
    first.receive(200);
    expect(first.log).toEqual(["200"]);
    const second = setUp();
    second.layer.supersede(second.transaction);
    second.clock.advanceSync(32_000);
    expect([second.layer.clientCount, second.clock.pendingTimers]).toEqual([0, 0]);
  });
});
