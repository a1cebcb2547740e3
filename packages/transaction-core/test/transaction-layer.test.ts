import { describe, expect, test } from "vitest";
import { parseMessage, SipParseError, SipRequest } from "@sidetone/sip-core";
import { FakeFlow } from "./fake-transports.ts";
import { setUpClient } from "./client-set-up.ts";
import { requestText, setUpServer } from "./server-set-up.ts";

const setUp = setUpServer;

describe("matching requests (RFC 3261 §17.2.3)", () => {
  test("another branch, sent-by or method is another transaction", () => {
    const { log, receive } = setUp();
    receive("OPTIONS");
    receive("OPTIONS", { branch: "z9hG4bK2", callId: "c2" });
    receive("OPTIONS", { via: "SIP/2.0/UDP 10.0.0.3:5060;branch=z9hG4bK1", callId: "c3" });
    receive("OPTIONS", { via: "SIP/2.0/UDP 10.0.0.2:5070;branch=z9hG4bK1", callId: "c4" });
    receive("MESSAGE", { callId: "c5" });
    receive("OPTIONS");
    expect(log).toEqual(["OPTIONS", "OPTIONS", "OPTIONS", "OPTIONS", "MESSAGE"]);
  });

  test("an ACK for a 2xx has a branch of its own and goes to the user", () => {
    const { log, receive, respond } = setUp();
    receive("INVITE");
    respond(200);
    receive("ACK", { branch: "z9hG4bK2", to: "<sip:alice@example.com>;tag=x" });
    expect(log).toEqual(["INVITE", "ACK"]);
  });

  test("an ACK without a transaction goes to the user and is not answered", () => {
    const { flow, log, receive, layer } = setUp();
    receive("ACK");
    expect(log).toEqual(["ACK"]);
    expect(flow.log).toEqual([]);
    expect(layer.serverCount).toBe(0);
  });

  test("an ACK before the final response is nothing", () => {
    const { log, receive, transactions } = setUp();
    receive("INVITE");
    receive("ACK");
    expect(log).toEqual(["INVITE"]);
    expect(transactions[0]!.state).toBe("Proceeding");
  });
});

describe("elements of RFC 2543, without the magic cookie (RFC 3261 §17.2.3)", () => {
  const via = "SIP/2.0/UDP 10.0.0.2:5060";

  test("match by Request-URI, From tag, Call-ID, CSeq and Via", () => {
    const { log, receive } = setUp();
    receive("INVITE", { via });
    receive("INVITE", { via });
    receive("INVITE", { via: `${via};branch=1`, callId: "c2" });
    receive("INVITE", { via: `${via};branch=1`, callId: "c2" });
    expect(log).toEqual(["INVITE", "INVITE"]);
    receive("INVITE", { via, sequenceNumber: 8 });
    receive("INVITE", { via, requestUri: "sip:carol@10.0.0.1", callId: "c3" });
    expect(log).toHaveLength(4);
  });

  test("an ACK matches when its To tag is that of the response", () => {
    const { log, receive, respond, transactions } = setUp();
    receive("INVITE", { via });
    respond(486, transactions[0], "mine");
    receive("ACK", { via, to: "<sip:alice@example.com>;tag=other" });
    expect(log).toEqual(["INVITE", "ACK"]);
    receive("ACK", { via, to: "<sip:alice@example.com>;tag=mine" });
    expect(log).toEqual(["INVITE", "ACK", "acked"]);
  });

  test("a CANCEL matches the INVITE", () => {
    const { flow, log, receive } = setUp();
    receive("INVITE", { via });
    receive("CANCEL", { via });
    expect(log).toEqual(["INVITE", "cancelled INVITE"]);
    expect(flow.log).toEqual(["200@0"]);
  });
});

describe("merged requests (RFC 3261 §8.2.2.2)", () => {
  test("a request that comes a second way is answered 482", () => {
    const { flow, log, receive } = setUp();
    receive("INVITE");
    receive("INVITE", { branch: "z9hG4bKother" });
    expect(log).toEqual(["INVITE"]);
    expect(flow.log).toEqual(["482@0"]);
    expect(flow.last().toTag).toBeDefined();
    receive("ACK", { branch: "z9hG4bKother", to: `<sip:alice@example.com>;tag=${flow.last().toTag!}` });
    expect(log).toEqual(["INVITE"]);
  });

  test.each([
    ["inside a dialog", { to: "<sip:alice@example.com>;tag=d" }, {}],
    ["another CSeq", {}, { sequenceNumber: 8 }],
    ["another From tag", {}, { from: "<sip:bob@example.com>;tag=b2" }],
    ["another Call-ID", {}, { callId: "other@test" }],
  ])("%s is no merged request", (_what, both, second) => {
    const { log, receive } = setUp();
    receive("MESSAGE", both);
    receive("MESSAGE", { ...both, ...second, branch: "z9hG4bKother" });
    expect(log).toEqual(["MESSAGE", "MESSAGE"]);
  });

  test("the first way stays known when the second one is over", () => {
    const { clock, flow, receive, respond } = setUp({ transport: "TCP" });
    receive("INVITE");
    receive("MESSAGE", { branch: "z9hG4bKm" });
    receive("MESSAGE", { branch: "z9hG4bKn" });
    receive("MESSAGE", { branch: "z9hG4bKo" });
    expect(flow.sentAt("482")).toHaveLength(2);
    respond(200);
    receive("MESSAGE", { branch: "z9hG4bKp" });
    expect(flow.sentAt("482")).toHaveLength(2);
    expect(clock.now()).toBe(0);
  });
});

describe("what has no transaction", () => {
  const malformed = (method: string): SipParseError<SipRequest> => {
    try {
      parseMessage(Buffer.from(requestText(method).replace("Max-Forwards: 70", "Max-Forwards: many")));
    } catch (error) {
      return error as SipParseError<SipRequest>;
    }
    throw new Error("it parses");
  };

  test("a malformed request is answered with its status and the same To tag each time (RFC 3261 §8.2.7)", () => {
    const { flow, log, transports, layer } = setUp();
    for (let i = 0; i < 2; i++) transports.user.onMalformed(malformed("INVITE"), flow);
    expect(flow.log).toEqual(["400@0", "400@0"]);
    expect(flow.sent[0]!.message.toTag).toBe(flow.sent[1]!.message.toTag);
    expect(flow.sent[0]!.message.toTag).toBeDefined();
    expect(log).toEqual([]);
    expect(layer.serverCount).toBe(0);
  });

  test("a malformed ACK is not answered", () => {
    const { flow, transports } = setUp();
    transports.user.onMalformed(malformed("ACK"), flow);
    expect(flow.log).toEqual([]);
  });

  test("something malformed that cannot be answered is dropped", () => {
    const { flow, transports } = setUp();
    transports.user.onMalformed(new SipParseError<SipRequest>("SIP_PARSE_START_LINE", "no SIP"), flow);
    expect(flow.log).toEqual([]);
  });

  test("the answer follows a connection that has gone", async () => {
    const { clock, flow, transports } = setUp({ transport: "TCP" });
    flow.isClosed = true;
    const reopened = new FakeFlow(clock, "TCP");
    transports.reopened = reopened;
    transports.user.onMalformed(malformed("OPTIONS"), flow);
    await clock.advance(0);
    expect(reopened.log).toEqual(["400@0"]);
    transports.reopened = new Error("unreachable");
    transports.user.onMalformed(malformed("OPTIONS"), flow);
    await clock.advance(0);
  });
});

test("requests beyond the limit are answered 503 without a transaction", () => {
  const { flow, log, receive, layer } = setUp({ maxServerTransactions: 2 });
  for (const n of [1, 2, 3]) receive("OPTIONS", { branch: `z9hG4bK${n}`, callId: `c${n}` });
  receive("OPTIONS", { branch: "z9hG4bK1", callId: "c1" });
  receive("ACK", { branch: "z9hG4bK4", callId: "c4" });
  expect(log).toEqual(["OPTIONS", "OPTIONS", "ACK"]);
  expect(flow.log).toEqual(["503@0"]);
  expect(flow.last().getText("Retry-After")).toBe("5");
  expect(layer.serverCount).toBe(2);
});

test("a CANCEL of nothing beyond the limit is answered 481 without a transaction; one of a call still gets its 200", () => {
  const { flow, log, receive, layer } = setUp({ maxServerTransactions: 1 });
  receive("INVITE", { branch: "z9hG4bK1" });
  for (const n of [2, 3]) receive("CANCEL", { branch: `z9hG4bK${n}` });
  expect(layer.serverCount).toBe(1);
  receive("CANCEL", { branch: "z9hG4bK1" });
  expect(flow.log).toEqual(["481@0", "481@0", "200@0"]);
  expect(log).toEqual(["INVITE", "cancelled INVITE"]);
});

test.each(["Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK9\r\n", ""])(
  "a response with a second Via is discarded (RFC 3261 §8.1.3.3)",
  (line) => {
    const { log, transports, flow, transaction } = setUpClient();
    const first = `SIP/2.0/UDP 10.0.0.1:5060;branch=${transaction.branch}`;
    const value = line === "" ? `${first}, SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK9` : first;
    const rest = "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\nCall-ID: c\r\nCSeq: 77 INVITE\r\nContent-Length: 0\r\n\r\n";
    transports.deliver(`SIP/2.0 180 Ringing\r\nVia: ${value}\r\n${line}${rest}`, flow);
    expect(log).toEqual([]);
    transports.deliver(`SIP/2.0 180 Ringing\r\nVia: ${first}\r\n${rest}`, flow);
    expect(log).toEqual(["180"]);
  },
);

test.each(["ACK", "CANCEL"])("%s is refused as a request of its own", (method) => {
  const { layer, flow, user, request } = setUpClient();
  const headers = [...request.headerFields()].filter(([name]) => !name.startsWith("Content-"));
  const other = SipRequest.create({ method, requestUri: "sip:x", headers: headers.map(([n, v]) => [n, n === "CSeq" ? `1 ${method}` : v]) });
  expect(() => layer.sendRequest(other, flow, user)).toThrow(expect.objectContaining({ code: "TRANSACTION_METHOD_FORBIDDEN" }));
});

describe("the ACK for a 2xx (RFC 3261 §13.2.2.4)", () => {
  test("has a branch of its own, and its bytes can be sent again", () => {
    const { flow, layer, receive, transaction, request } = setUpClient();
    receive(200);
    const ack = SipRequest.create({
      method: "ACK",
      requestUri: "sip:bob@10.0.0.2",
      headers: [...request.headerFields()]
        .filter(([name]) => !name.startsWith("Content-"))
        .map(([n, v]) => [n, n === "CSeq" ? "77 ACK" : v]),
    });
    const bytes = layer.sendAck(ack, flow);
    flow.send(bytes);
    expect(flow.log).toEqual(["INVITE@0", "ACK@0", "ACK@0"]);
    expect(flow.last().topVia.branch).toMatch(/^z9hG4bK/);
    expect(flow.last().topVia.branch).not.toBe(transaction.branch);
    expect(layer.clientCount).toBe(1);
  });
});

describe("closing", () => {
  test("ends every transaction without a word, and leaves no timer", async () => {
    const client = setUpClient();
    const server = setUp();
    server.receive("INVITE");
    server.receive("OPTIONS", { branch: "z9hG4bK2", callId: "c2" });
    server.receive("MESSAGE", { branch: "z9hG4bK3", callId: "c3" });
    server.respond(200);
    const [clientLog, serverLog] = [[...client.log], [...server.log]];
    await client.layer[Symbol.asyncDispose]();
    await server.layer.close();
    for (const { clock } of [client, server]) {
      expect(clock.pendingTimers).toBe(0);
      await clock.advance(64_000);
    }
    expect([client.log, server.log]).toEqual([clientLog, serverLog]);
    expect([client.layer.clientCount, server.layer.serverCount]).toEqual([0, 0]);
    expect(client.transaction.state).toBe("Terminated");
  });

  test("from within a request leaves no timer", () => {
    const { clock, layer, user, receive } = setUp();
    user.onRequest = () => void layer.close();
    receive("INVITE");
    receive("OPTIONS", { branch: "z9hG4bK2" });
    expect([layer.serverCount, clock.pendingTimers]).toEqual([0, 0]);
  });

  test("afterwards nothing is sent or reported", async () => {
    const { layer, flow, request, user, receive, log } = setUpClient();
    await layer.close();
    receive(200);
    expect(log).toEqual([]);
    expect(() => layer.sendRequest(request, flow, user)).toThrow(expect.objectContaining({ code: "TRANSACTION_LAYER_CLOSED" }));
    expect(flow.log).toEqual(["INVITE@0"]);
  });
});
