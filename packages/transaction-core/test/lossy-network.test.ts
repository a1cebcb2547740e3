import { afterEach, describe, expect, test } from "vitest";
import { createResponse, SipRequest, type SipResponse } from "@sidetone/sip-core";
import { createSipTransports, type Flow } from "@sidetone/sip-transport";
import { TransactionLayer, type ClientTransactionUser, type ServerTransaction, type TransactionUser } from "@sidetone/transaction-core";
import { virtualEnvironment, type LinkConditions, type VirtualEnvironment } from "@sidetone/testkit";

const count = 150;
const opened: { close: () => Promise<void>; environment: VirtualEnvironment }[] = [];

type Answer = (transaction: ServerTransaction) => void;

const answering =
  (...statusCodes: number[]): Answer =>
  (transaction) => {
    for (const statusCode of statusCodes) {
      transaction.respond(createResponse(transaction.request, statusCode, { toTag: transaction.toTag }));
    }
  };

/** A stack at 10.0.0.1 that asks and one at 10.0.0.2 that answers, over a network with faults. */
async function setUp(conditions: Partial<LinkConditions>, answer: Answer, transport: "UDP" | "TCP" = "UDP") {
  const alice = virtualEnvironment({ network: { link: conditions }, seed: JSON.stringify(conditions) });
  const bob = virtualEnvironment({ host: "10.0.0.2", beside: alice });
  const { clock } = alice;
  const requests = new Map<string, number>();
  const acks = new Map<string, number>();
  const add = (counts: Map<string, number>, key: string): unknown => counts.set(key, (counts.get(key) ?? 0) + 1);
  const nobody: TransactionUser = { onRequest: () => {}, onCancelled: () => {}, onAck: () => {}, onStrayResponse: () => {} };
  const answerer: TransactionUser = {
    ...nobody,
    onRequest: (transaction) => {
      add(requests, transaction.request.callId);
      answer(transaction);
    },
    onAck: (ack) => add(acks, ack.callId),
  };
  const stack = async (environment: VirtualEnvironment, user: TransactionUser) => {
    const transports = createSipTransports(environment);
    const layer = new TransactionLayer(environment, transports, user);
    await transports.listen({ transport, address: environment.network.address, port: 5060 });
    opened.push({ environment, close: () => layer.close().then(() => transports.close()) });
    return { transports, layer };
  };
  const [client, server] = [await stack(alice, nobody), await stack(bob, answerer)];
  const target = { transport, address: "10.0.0.2", port: 5060, hostName: "10.0.0.2" };
  const flow = await clock.advanceUntil(client.transports.flowTo(target, { messageBytes: 400, transportIsExplicit: true }));
  return { clock, client, server, flow, requests, acks };
}

function request(method: string, callId: string): SipRequest {
  return SipRequest.create({
    method,
    requestUri: "sip:bob@10.0.0.2",
    headers: [
      ["Max-Forwards", "70"],
      ["From", "<sip:alice@10.0.0.1>;tag=a"],
      ["To", "<sip:bob@10.0.0.2>"],
      ["Call-ID", callId],
      ["CSeq", `1 ${method}`],
    ],
  });
}

/** Sends `count` requests, 40 ms apart, and returns what became of each. */
async function sendMany(
  method: string,
  { clock, client, flow }: Awaited<ReturnType<typeof setUp>>,
  seen = (_r: SipResponse, _f: Flow): void => {},
) {
  const outcomes = new Map<string, string[]>();
  const user: ClientTransactionUser = {
    onResponse: ({ context }, response) => {
      outcomes.get(context as string)!.push(String(response.statusCode));
      seen(response, flow);
    },
    onTimeout: ({ context }) => void outcomes.get(context as string)!.push("timeout"),
    onTransportError: ({ context }) => void outcomes.get(context as string)!.push("error"),
  };
  for (let i = 0; i < count; i++) {
    outcomes.set(`c${i}`, []);
    client.layer.sendRequest(request(method, `c${i}`), flow, user, { context: `c${i}` });
    await clock.advance(40);
  }
  await clock.advance(80_000);
  return outcomes;
}

afterEach(async () => {
  const stacks = opened.splice(0);
  for (const { close, environment } of stacks) await environment.clock.advanceUntil(close());
  for (const { environment } of stacks) {
    await environment.clock.advance(1000);
    expect(environment.clock.pendingTimers).toBe(0);
    expect(environment.network.openSockets).toBe(0);
  }
});

const faults: [string, Partial<LinkConditions>][] = [
  ["a third of the packets lost", { lossRate: 0.33, delayMs: 20 }],
  ["packets doubled and overtaken", { duplicateRate: 0.4, reorderRate: 0.4, reorderDelayMs: 700, delayMs: 20, jitterMs: 50 }],
  ["a round trip longer than T1", { delayMs: 900, jitterMs: 200 }],
  ["all of it", { lossRate: 0.25, duplicateRate: 0.25, reorderRate: 0.25, reorderDelayMs: 600, delayMs: 150, jitterMs: 100 }],
];

describe.each(faults)("over a network with %s", (_what, conditions) => {
  test("each OPTIONS reaches the user once and gets its answer once", async () => {
    const parties = await setUp(conditions, answering(200));
    const outcomes = await sendMany("OPTIONS", parties);
    expect([...outcomes.values()].filter((outcome) => outcome.join() !== "200")).toEqual([]);
    expect([...parties.requests.values()]).toEqual(Array<number>(count).fill(1));
    expect([parties.client.layer.clientCount, parties.server.layer.serverCount]).toEqual([0, 0]);
  });

  test("each INVITE that is refused reaches the user once, gets its refusal once, and the refusal its ACK", async () => {
    let acked = 0;
    const parties = await setUp(conditions, (transaction) => {
      transaction.user = { onAcked: () => void acked++ };
      answering(180, 486)(transaction);
    });
    const outcomes = await sendMany("INVITE", parties);
    expect([...outcomes.values()].filter((outcome) => outcome.at(-1) !== "486")).toEqual([]);
    expect([...outcomes.values()].flat().filter((outcome) => outcome === "486")).toHaveLength(count);
    expect([...parties.requests.values()]).toEqual(Array<number>(count).fill(1));
    expect(acked).toBe(count);
    expect(parties.acks.size).toBe(0);
    expect([parties.client.layer.clientCount, parties.server.layer.serverCount]).toEqual([0, 0]);
  });

  test("each INVITE that is accepted gets through, with 2xx and ACK repeated by the users", async () => {
    const acknowledged = new Set<string>();
    const repeat = (transaction: ServerTransaction, response: SipResponse, delayMs: number): void => {
      if (acknowledged.has(response.callId) || transaction.state === "Terminated") return;
      transaction.respond(response);
      parties.clock.setTimer(delayMs, () => repeat(transaction, response, Math.min(2 * delayMs, 4000)));
    };
    const parties: Awaited<ReturnType<typeof setUp>> = await setUp(conditions, (transaction) => {
      repeat(transaction, createResponse(transaction.request, 200, { toTag: transaction.toTag }), 500);
    });
    const watch = parties.acks.set.bind(parties.acks);
    parties.acks.set = (callId, times) => {
      acknowledged.add(callId);
      return watch(callId, times);
    };
    const outcomes = await sendMany("INVITE", parties, (response, flow) =>
      parties.client.layer.sendAck(request("ACK", response.callId), flow),
    );
    expect([...outcomes.values()].filter((outcome) => outcome.length === 0 || outcome.some((code) => code !== "200"))).toEqual([]);
    expect([...parties.requests.values()]).toEqual(Array<number>(count).fill(1));
    expect(parties.acks.size).toBe(count);
    expect([parties.client.layer.clientCount, parties.server.layer.serverCount]).toEqual([0, 0]);
  });
});

test("over TCP each request is sent once and answered, however the stream is cut", async () => {
  const parties = await setUp({ lossRate: 0.2, delayMs: 30 }, answering(200), "TCP");
  const outcomes = await sendMany("OPTIONS", parties);
  expect([...outcomes.values()].filter((outcome) => outcome.join() !== "200")).toEqual([]);
  expect([...parties.requests.values()]).toEqual(Array<number>(count).fill(1));
});

test("a peer that is cut off times out every request after 64·T1", async () => {
  const parties = await setUp({}, answering(200));
  const environment = opened[0]!.environment;
  environment.virtualNetwork.partition("10.0.0.2");
  const outcomes = await sendMany("OPTIONS", parties);
  expect(new Set([...outcomes.values()].map((outcome) => outcome.join()))).toEqual(new Set(["timeout"]));
  expect(parties.requests.size).toBe(0);
});

test("a connection that breaks fails at once what waits for an answer over it", async () => {
  const parties = await setUp({}, () => {}, "TCP");
  const outcomes: string[] = [];
  const user: ClientTransactionUser = {
    onResponse: () => void outcomes.push("response"),
    onTimeout: () => void outcomes.push("timeout"),
    onTransportError: (_t, error) => void outcomes.push((error as { code?: string }).code ?? ""),
  };
  for (const callId of ["c1", "c2"]) parties.client.layer.sendRequest(request("OPTIONS", callId), parties.flow, user);
  await parties.clock.advance(100);
  expect(parties.requests.size).toBe(2);
  await parties.clock.advanceUntil(opened[1]!.close());
  await parties.clock.advance(100);
  expect(outcomes).toEqual(["SIP_TRANSPORT_CONNECTION_LOST", "SIP_TRANSPORT_CONNECTION_LOST"]);
});
