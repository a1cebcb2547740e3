import type { HeaderInput } from "@sidetone/sip-core";
import { createBoundedResponse, type StatelessRefusal } from "@sidetone/transaction-core";
import { parseMessage, SipParseError, SipRequest } from "@sidetone/sip-core";
import { describe, expect, test } from "vitest";
import { FakeFlow } from "./fake-transports.ts";
import { requestText, setUpServer, type RequestText } from "./server-set-up.ts";

/** A layer whose user looks at what comes; `looked` is what it saw. */
function setUp(verdict: StatelessRefusal | "ignore" | undefined, options: Parameters<typeof setUpServer>[0] = {}) {
  const parts = setUpServer(options);
  const looked: string[] = [];
  Object.assign(parts.user, {
    screen: (request: SipRequest) => {
      looked.push(request.method);
      return verdict;
    },
  });
  return { ...parts, looked };
}

const busy: StatelessRefusal = { statusCode: 503, reasonPhrase: "Later", headers: [["Retry-After", "7"]] };

describe("a request that the user turns away", () => {
  test("is answered without a transaction, each time that it comes, with the same To tag (RFC 3261 §8.2.7)", () => {
    const { flow, layer, log, looked, receive } = setUp(busy);
    for (let time = 0; time < 3; time++) receive("INVITE");
    receive("ACK");
    expect(flow.log).toEqual(["503@0", "503@0", "503@0"]);
    expect([flow.last().getText("Retry-After"), new Set(flow.sent.map(({ message }) => message.toTag)).size]).toEqual(["7", 1]);
    expect(flow.last().toTag).toMatch(/^[0-9a-f]{16}$/);
    expect([layer.serverCount, log, looked]).toEqual([0, ["ACK"], ["INVITE", "INVITE", "INVITE"]]);
  });

  test("gets another To tag than another request", () => {
    const { flow, receive } = setUp(busy);
    receive("INVITE", { branch: "z9hG4bK1" });
    receive("INVITE", { branch: "z9hG4bK2" });
    expect(new Set(flow.sent.map(({ message }) => message.toTag)).size).toBe(2);
  });

  test("and ignores gets no answer, a CANCEL that means nothing neither", () => {
    const { flow, layer, looked, receive } = setUp("ignore");
    for (const method of ["INVITE", "CANCEL", "OPTIONS"]) receive(method);
    expect([flow.log, layer.serverCount, looked]).toEqual([[], 0, ["INVITE", "CANCEL", "OPTIONS"]]);
  });

  test("is not asked about once it is there: its retransmissions and its CANCEL find the transaction", () => {
    const { flow, looked, receive, respond } = setUp(undefined);
    receive("INVITE");
    receive("INVITE");
    receive("CANCEL");
    respond(487);
    receive("ACK");
    expect(looked).toEqual(["INVITE"]);
    expect(flow.log).toEqual(["200@0", "487@0"]);
  });
});

test("malformed requests of those who get no answers get none", () => {
  const { flow, transports, user } = setUp(undefined);
  const malformed = (): void =>
    transports.user.onMalformed(
      new SipParseError("SIP_PARSE_HEADER", "bad", { request: parseMessage(Buffer.from(requestText("OPTIONS"))) as SipRequest }),
      flow,
    );
  malformed();
  user.answersMalformed = () => false;
  malformed();
  expect(flow.log).toEqual(["400@0"]);
});

test("requests within dialogs find room where nothing new does", () => {
  const { flow, layer, receive } = setUpServer({ maxServerTransactions: 4 });
  const request = (n: number, more: RequestText = {}): RequestText => ({ branch: `z9hG4bK${n}`, callId: `c${n}`, ...more });
  for (const n of [1, 2, 3, 4, 5]) receive("OPTIONS", request(n));
  expect([flow.log, layer.serverCount]).toEqual([["503@0"], 4]);
  receive("BYE", request(6, { to: "<sip:alice@example.com>;tag=a1" }));
  expect(layer.serverCount).toBe(5);
  receive("BYE", request(7, { to: "<sip:alice@example.com>;tag=a2" }));
  expect([flow.log, layer.serverCount]).toEqual([["503@0", "503@0"], 5]);
});

describe("an answer without a transaction", () => {
  const long: HeaderInput[] = [1, 2, 3, 4].map((n) => ["WWW-Authenticate", `Digest realm="${"x".repeat(400)}", nonce="${n}"`]);

  test("to a datagram is not more than about three times as large: the last fields are left out", () => {
    const { flow, receive } = setUp({ statusCode: 401, headers: long });
    receive("OPTIONS");
    const requestBytes = requestText("OPTIONS").length;
    expect(flow.last().getAllText("WWW-Authenticate")).toHaveLength(1);
    expect(flow.sent[0]!.bytes.length).toBeLessThan(3.2 * requestBytes);
  });

  test("to one who has a connection says all", () => {
    const { flow, receive } = setUp({ statusCode: 401, headers: long }, { transport: "TCP" });
    receive("OPTIONS");
    expect(flow.last().getAllText("WWW-Authenticate")).toHaveLength(4);
  });

  test("goes to nobody but the one who asked: maddr of Via leads to others", () => {
    const { clock, flow, transports, receive } = setUp(busy);
    const other = Object.assign(new FakeFlow(clock), { remoteAddress: "192.0.2.1" });
    transports.responseFlow = () => other;
    receive("OPTIONS");
    expect([flow.log, other.log]).toEqual([[], []]);
  });

  test("to a datagram leaves its body out before any field", () => {
    const request = parseMessage(Buffer.from(requestText("OPTIONS"))) as SipRequest;
    const body = { contentType: "text/plain", content: Buffer.from("x".repeat(2000)) };
    const response = createBoundedResponse(request, 488, { headers: [["Warning", '399 a "b"']], body });
    expect([response.body.length, response.contentType, response.getText("Warning")]).toEqual([0, undefined, '399 a "b"']);
  });

  test("is the response unchanged where it is small enough", () => {
    const request = parseMessage(Buffer.from(requestText("OPTIONS"))) as SipRequest;
    const response = createBoundedResponse(request, 200, { toTag: "x", headers: [["Allow", "INVITE"]] });
    expect([response.statusCode, response.getText("Allow"), response.toTag]).toEqual([200, "INVITE", "x"]);
  });
});
