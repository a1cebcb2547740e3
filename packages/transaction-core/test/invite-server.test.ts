import { describe, expect, test } from "vitest";
import { createResponse, type SipResponse } from "@sidetone/sip-core";
import type { InviteServerTransaction } from "@sidetone/transaction-core";
import { FakeFlow } from "./fake-transports.ts";
import { requestText, setUpServer } from "./server-set-up.ts";

const setUp = setUpServer;

describe("the automatic 100 (RFC 3261 §17.2.1)", () => {
  test("goes out after 200 ms without a response", () => {
    const { clock, flow, receive } = setUp();
    receive("INVITE");
    clock.advanceSync(199);
    expect(flow.log).toEqual([]);
    clock.advanceSync(1);
    expect(flow.log).toEqual(["100@200"]);
    expect(flow.last().toTag).toBeUndefined();
  });

  test("does not go out after a response", () => {
    const { clock, flow, receive, respond } = setUp();
    receive("INVITE");
    respond(180);
    clock.advanceSync(1000);
    expect(flow.log).toEqual(["180@0"]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("goes out at once where that is configured, unless the user answers at once", () => {
    const { flow, receive, respond, user } = setUp({ tryingDelayMs: 0 });
    receive("INVITE");
    expect(flow.log).toEqual(["100@0"]);
    const before = user.onRequest;
    user.onRequest = (transaction) => {
      before(transaction);
      respond(180);
    };
    receive("INVITE", { branch: "z9hG4bK2", callId: "other" });
    expect(flow.log).toEqual(["100@0", "180@0"]);
  });
});

describe("INVITE server transaction (RFC 3261 §17.2.1)", () => {
  test("hands a repeated INVITE the last response again, byte for byte, and tells the user once", () => {
    const { flow, log, receive, respond } = setUp();
    receive("INVITE");
    receive("INVITE");
    expect(flow.log).toEqual([]);
    respond(180);
    respond(183);
    receive("INVITE");
    expect(flow.log).toEqual(["180@0", "183@0", "183@0"]);
    expect(flow.sent[2]!.bytes).toEqual(flow.sent[1]!.bytes);
    expect(log).toEqual(["INVITE"]);
  });

  test("repeats every byte of a response, whatever it holds", () => {
    const { clock, flow, receive, transactions } = setUp();
    receive("INVITE");
    const content = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const options = { toTag: "a", reasonPhrase: "Besetzt – später", body: { contentType: "application/octet-stream", content } };
    transactions[0]!.respond(createResponse(transactions[0]!.request, 486, options));
    clock.advanceSync(500);
    expect(flow.sent[1]!.bytes).toEqual(flow.sent[0]!.bytes);
    expect(flow.last<SipResponse>().reasonPhrase).toBe("Besetzt – später");
    expect(Uint8Array.from(flow.last().body)).toEqual(content);
  });

  test("repeats a refusal from T1 doubling up to T2 until Timer H ends it at 64·T1", () => {
    const { clock, flow, log, receive, respond, transactions, layer } = setUp();
    receive("INVITE");
    respond(486);
    expect(transactions[0]!.state).toBe("Completed");
    clock.advanceSync(31_999);
    expect(flow.sentAt("486")).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    expect(log).toEqual(["INVITE"]);
    clock.advanceSync(1);
    expect(log).toEqual(["INVITE", "terminated"]);
    expect([layer.serverCount, clock.pendingTimers]).toEqual([0, 0]);
  });

  test("the ACK ends the repetition; further ACKs are absorbed for T4", () => {
    const { clock, flow, log, receive, respond, transactions, layer } = setUp();
    receive("INVITE");
    respond(486);
    clock.advanceSync(600);
    receive("ACK");
    expect(transactions[0]!.state).toBe("Confirmed");
    expect(log).toEqual(["INVITE", "acked"]);
    expect(clock.pendingTimers).toBe(1);
    clock.advanceSync(4999);
    receive("ACK");
    receive("INVITE");
    expect(flow.sentAt("486")).toEqual([0, 500]);
    expect(log).toEqual(["INVITE", "acked"]);
    clock.advanceSync(1);
    expect(log).toEqual(["INVITE", "acked", "terminated"]);
    expect([layer.serverCount, clock.pendingTimers]).toEqual([0, 0]);
  });

  test("over TCP sends a refusal once, still waits for the ACK, and is over with it", () => {
    const { clock, flow, receive, respond, transactions, layer } = setUp({ transport: "TCP" });
    receive("INVITE");
    respond(486);
    clock.advanceSync(31_000);
    expect(flow.log).toEqual(["486@0"]);
    expect(transactions[0]!.state).toBe("Completed");
    receive("ACK");
    expect(transactions[0]!.state).toBe("Terminated");
    expect([layer.serverCount, clock.pendingTimers]).toEqual([0, 0]);
  });

  test("sends nothing after a refusal but the refusal", () => {
    const { flow, receive, respond, transactions } = setUp();
    receive("INVITE");
    const { request } = transactions[0]!;
    respond(486);
    for (const late of [180, 200, 603]) transactions[0]!.respond(createResponse(request, late, { toTag: "late" }));
    expect(flow.log).toEqual(["486@0"]);
  });

  test("lets go of the request with the final response, and says so", () => {
    const { receive, respond, transactions } = setUp();
    receive("INVITE");
    respond(180);
    expect(transactions[0]!.request.method).toBe("INVITE");
    respond(486);
    expect(() => transactions[0]!.request).toThrow(expect.objectContaining({ code: "TRANSACTION_RELEASED" }));
  });

  test("waits for its user as long as it takes", () => {
    const { clock, flow, receive, respond } = setUp();
    receive("INVITE");
    clock.advanceSync(3_600_000);
    respond(200);
    expect(flow.log).toEqual(["100@200", "200@3600000"]);
  });
});

describe("Accepted (RFC 6026 §7.1)", () => {
  function accepted(transport: "UDP" | "TCP" = "UDP") {
    const parts = setUp({ transport });
    parts.receive("INVITE");
    const { request } = parts.transactions[0]!;
    const ok = createResponse(request, 200, { toTag: parts.transactions[0]!.toTag });
    parts.transactions[0]!.respond(ok);
    return { ...parts, ok, request, transaction: parts.transactions[0] as InviteServerTransaction };
  }

  test("the transaction does not repeat the 2xx; the user does, and the bytes are the same", () => {
    const { clock, flow, ok, transaction } = accepted();
    clock.advanceSync(500);
    expect(flow.log).toEqual(["200@0"]);
    transaction.respond(ok);
    expect(flow.log).toEqual(["200@0", "200@500"]);
    expect(flow.sent[1]!.bytes).toEqual(flow.sent[0]!.bytes);
  });

  test("absorbs a repeated INVITE, and ends 64·T1 after the first 2xx", () => {
    const { clock, flow, log, receive, ok, transaction, layer } = accepted();
    clock.advanceSync(20_000);
    receive("INVITE");
    transaction.respond(ok);
    expect(flow.sentAt("200")).toEqual([0, 20_000]);
    clock.advanceSync(11_999);
    expect(transaction.state).toBe("Accepted");
    clock.advanceSync(1);
    expect(log).toEqual(["INVITE", "terminated"]);
    expect([layer.serverCount, clock.pendingTimers]).toEqual([0, 0]);
    transaction.respond(ok);
    expect(flow.sentAt("200")).toEqual([0, 20_000]);
  });

  test("lasts as long over TCP", () => {
    const { clock, transaction } = accepted("TCP");
    clock.advanceSync(31_999);
    expect(transaction.state).toBe("Accepted");
  });

  test("passes every ACK to the user", () => {
    const { receive, log, acks } = accepted();
    receive("ACK");
    receive("ACK", { branch: "z9hG4bKack" });
    expect(log).toEqual(["INVITE", "ACK", "ACK"]);
    expect(acks.map(({ topVia }) => topVia.branch)).toEqual(["z9hG4bK1", "z9hG4bKack"]);
  });

  test("once acknowledged it keeps no bytes to repeat", () => {
    const { flow, ok, transaction } = accepted();
    transaction.acknowledged();
    transaction.respond(ok);
    expect(flow.log).toEqual(["200@0"]);
    expect(transaction.state).toBe("Accepted");
  });

  test("no refusal goes out after a 2xx", () => {
    const { flow, request, transaction } = accepted();
    transaction.respond(createResponse(request, 486, { toTag: "x" }));
    transaction.respond(createResponse(request, 180, { toTag: "x" }));
    expect(flow.log).toEqual(["200@0"]);
  });
});

describe("CANCEL at the server (RFC 3261 §9.2)", () => {
  test("is answered 200 with the To tag of the INVITE's responses, and reported once", () => {
    const { flow, log, receive, respond } = setUp();
    receive("INVITE");
    respond(180);
    receive("CANCEL");
    receive("CANCEL");
    expect(flow.log).toEqual(["180@0", "200@0", "200@0"]);
    const [ringing, ok] = flow.sent.map(({ message }) => message as SipResponse);
    expect(ok!.toTag).toBe(ringing!.toTag);
    expect(ok!.cseqMethod).toBe("CANCEL");
    expect(log).toEqual(["INVITE", "cancelled INVITE"]);
    respond(487);
    expect(flow.last().toTag).toBe(ringing!.toTag);
  });

  test("takes over a To tag that the user chose itself", () => {
    const { flow, receive, respond, transactions } = setUp();
    receive("INVITE");
    respond(180, transactions[0], "a-tag-that-the-user-has-chosen");
    receive("CANCEL");
    expect(flow.last().toTag).toBe("a-tag-that-the-user-has-chosen");
  });

  test("before any response fixes the To tag that the 487 gets", () => {
    const { flow, receive, respond } = setUp();
    receive("INVITE");
    receive("CANCEL");
    respond(487);
    const [ok, refusal] = flow.sent.map(({ message }) => message);
    expect(ok!.toTag).toBeDefined();
    expect(refusal!.toTag).toBe(ok!.toTag);
  });

  test.each([200, 486])("after %i is answered 200 and changes nothing", (statusCode) => {
    const { flow, log, receive, respond } = setUp();
    receive("INVITE");
    respond(statusCode);
    receive("CANCEL");
    expect(flow.log).toEqual([`${statusCode}@0`, "200@0"]);
    expect(log).toEqual(["INVITE"]);
  });

  test("of a re-INVITE carries the dialog's To tag", () => {
    const { flow, receive } = setUp();
    const to = "<sip:alice@example.com>;tag=dialog";
    receive("INVITE", { to });
    receive("CANCEL", { to });
    expect(flow.last().toTag).toBe("dialog");
  });

  test("without a transaction is answered 481", () => {
    const { flow, log, receive } = setUp();
    receive("CANCEL");
    receive("INVITE", { branch: "z9hG4bKother", callId: "other" });
    receive("CANCEL", { branch: "z9hG4bKthird" });
    expect(flow.log).toEqual(["481@0", "481@0"]);
    expect(flow.last().toTag).toBeDefined();
    expect(log).toEqual(["INVITE"]);
  });

  test("of another request is answered 200 and changes nothing", () => {
    const { flow, log, receive } = setUp();
    receive("OPTIONS");
    receive("CANCEL");
    expect(flow.log).toEqual(["200@0"]);
    expect(log).toEqual(["OPTIONS"]);
  });

  test("has a transaction of its own that ends", () => {
    const { clock, receive, respond, layer } = setUp();
    receive("INVITE");
    receive("CANCEL");
    expect(layer.serverCount).toBe(2);
    respond(487);
    receive("ACK");
    clock.advanceSync(32_000);
    expect([layer.serverCount, clock.pendingTimers]).toEqual([0, 0]);
  });
});

describe("a connection that has gone (RFC 3261 §18.2.2)", () => {
  function gone() {
    const parts = setUp({ transport: "TCP" });
    parts.transports.deliver(requestText("INVITE"), parts.flow);
    parts.flow.isClosed = true;
    return parts;
  }

  test("the response goes over the connection opened for it, with what came in between", async () => {
    const { clock, transports, respond } = gone();
    const reopened = new FakeFlow(clock, "TCP");
    transports.reopened = reopened;
    respond(180);
    respond(200);
    expect(reopened.log).toEqual([]);
    await clock.advance(0);
    expect(reopened.log).toEqual(["200@0"]);
  });

  test("a repeated 2xx finds its way from its own bytes", async () => {
    const { clock, transports, flow, receive, respond, transactions } = setUp({ transport: "TCP" });
    receive("INVITE");
    const ok = createResponse(transactions[0]!.request, 200, { toTag: "a" });
    transactions[0]!.respond(ok);
    flow.isClosed = true;
    const reopened = new FakeFlow(clock, "TCP");
    transports.reopened = reopened;
    transactions[0]!.respond(ok);
    await clock.advance(0);
    expect(reopened.sent[0]!.bytes).toEqual(flow.sent[0]!.bytes);
    expect(() => respond(200)).toThrow();
  });

  test("when none can be opened, the user is told and the transaction goes on (RFC 6026 §7.1)", async () => {
    const { clock, transports, log, respond, transactions } = gone();
    transports.reopened = new Error("unreachable");
    respond(200);
    await clock.advance(0);
    expect(log).toEqual(["INVITE", "unreachable"]);
    expect(transactions[0]!.state).toBe("Accepted");
  });
});
