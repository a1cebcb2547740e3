import { afterEach, describe, expect, test } from "vitest";
import type { StreamConnection, StreamReceiver } from "@sidetone/infra-common";
import { createResponse, serializeMessage } from "@sidetone/sip-core";
import { viaFor, type Flow, type SipTransportError, type SipTransportsOptions } from "@sidetone/sip-transport";
import { optionsRequest } from "./messages.ts";
import { party, twoParties, type Party } from "./parties.ts";

const explicit = { messageBytes: 500, transportIsExplicit: true };
const opened: Party[] = [];

function setUp(options: SipTransportsOptions = {}) {
  const [alice, bob] = twoParties(options, options);
  opened.push(alice, bob);
  const { clock, virtualNetwork } = alice.environment;
  const target = (address: string, port = 5060) => ({ transport: "TCP" as const, address, port, hostName: address });
  const listen = (who: Party) => who.transports.listen({ transport: "TCP", address: who.environment.network.address, port: 5060 });
  const flowTo = (who: Party, address: string, port?: number): Promise<Flow> =>
    clock.advanceUntil(who.transports.flowTo(target(address, port), explicit));
  return { alice, bob, clock, virtualNetwork, target, listen, flowTo };
}

/** A peer that speaks bytes instead of SIP. */
async function rawPeer({ alice, bob, clock, listen }: ReturnType<typeof setUp>) {
  await listen(bob);
  let received = "";
  let closed = false;
  const receiver: StreamReceiver = {
    onData: (data) => void (received += data.toString()),
    onDrain: () => {},
    onClosed: () => void (closed = true),
  };
  const connection: StreamConnection = await clock.advanceUntil(
    alice.environment.network.connectStream({ address: "10.0.0.2", port: 5060 }, receiver),
  );
  const say = async (text: string | Buffer, ms = 10): Promise<void> => {
    connection.send(Buffer.from(text));
    await clock.advance(ms);
  };
  return { say, connection, heard: () => received, isClosed: () => closed };
}

afterEach(async () => {
  for (const { transports, environment } of opened.splice(0)) {
    await environment.clock.advanceUntil(transports.close());
    await environment.clock.advance(1000);
  }
});

describe("reuse of connections", () => {
  test("a request to where a connection came from goes over that connection", async () => {
    const { bob, clock, listen, flowTo, alice } = setUp();
    await listen(bob);
    const flow = await flowTo(alice, "10.0.0.2");
    await clock.advance(10);
    flow.send(optionsRequest(viaFor(flow, "z9hG4bK1")));
    await clock.advance(10);
    const { flow: arrival } = bob.user.requests[0]!;
    expect(await flowTo(bob, "10.0.0.1", flow.localPort)).toBe(arrival);
  });

  test("those who want the same connection at the same time share one attempt", async () => {
    const { alice, bob, clock, listen, target } = setUp();
    await listen(bob);
    const wanted = [1, 2, 3].map(() => alice.transports.flowTo(target("10.0.0.2"), explicit));
    const flows = await clock.advanceUntil(Promise.all(wanted));
    expect(new Set(flows).size).toBe(1);
    expect(alice.environment.network.openSockets).toBe(1);
  });

  test("when the connection has gone, the response opens one to the port of sent-by (RFC 3261 §18.2.2)", async () => {
    const { alice, bob, clock, listen, flowTo } = setUp();
    await listen(bob);
    await listen(alice);
    const flow = await flowTo(alice, "10.0.0.2");
    flow.send(optionsRequest(viaFor(flow, "z9hG4bK1")));
    await clock.advance(10);
    const { request, flow: arrival } = bob.user.requests[0]!;
    await clock.advanceUntil(alice.transports.listeningPoints[0]!.close().then(() => alice.transports.close()));
    await clock.advance(10);
    expect(arrival.isClosed).toBe(true);
    expect(bob.user.failures).toMatchObject([{ flow: arrival, error: { code: "SIP_TRANSPORT_CONNECTION_LOST" } }]);
    const again = party({ host: alice.environment.network, beside: alice.environment });
    opened.push(again);
    await listen(again);
    const response = createResponse(request, 200, { toTag: "b1" });
    const back = await clock.advanceUntil(bob.transports.responseFlow(response, arrival) as Promise<Flow>);
    expect(back).toMatchObject({ remoteAddress: "10.0.0.1", remotePort: 5060 });
    back.send(serializeMessage(response));
    await clock.advance(10);
    expect(again.user.responses).toHaveLength(1);
  });
});

describe("connecting", () => {
  test("a refused connection rejects with SIP_TRANSPORT_CONNECT_FAILED and its cause", async () => {
    const { clock, alice, target } = setUp();
    const refused = alice.transports.flowTo(target("10.0.0.2"), explicit);
    await expect(clock.advanceUntil(refused)).rejects.toMatchObject({
      code: "SIP_TRANSPORT_CONNECT_FAILED",
      cause: { code: "NETWORK_CONNECTION_REFUSED" },
    });
  });

  test("a host that does not answer is given up after the connect time", async () => {
    const { clock, alice, virtualNetwork, target } = setUp({ connectTimeoutMs: 3000 });
    virtualNetwork.partition("10.0.0.2");
    const silent = alice.transports.flowTo(target("10.0.0.2"), explicit);
    await expect(clock.advanceUntil(silent)).rejects.toMatchObject({ code: "SIP_TRANSPORT_CONNECT_FAILED" });
    expect(clock.now()).toBe(3000);
    await clock.advance(0);
    expect(alice.environment.network.openSockets).toBe(0);
  });

  test("aborting one of two who wait leaves the connection to the other", async () => {
    const { clock, alice, bob, listen, target } = setUp();
    await listen(bob);
    const controller = new AbortController();
    const aborted = alice.transports.flowTo(target("10.0.0.2"), { ...explicit, signal: controller.signal });
    const kept = alice.transports.flowTo(target("10.0.0.2"), explicit);
    const reason = new Error("no longer wanted");
    controller.abort(reason);
    await expect(clock.advanceUntil(aborted)).rejects.toBe(reason);
    expect((await clock.advanceUntil(kept)).isClosed).toBe(false);
  });

  test("closing rejects those who wait", async () => {
    const { clock, alice, virtualNetwork, target } = setUp();
    virtualNetwork.partition("10.0.0.2");
    const waiting = alice.transports.flowTo(target("10.0.0.2"), explicit).catch((error: SipTransportError) => error.code);
    await clock.advance(10);
    await clock.advanceUntil(alice.transports.close());
    expect(await clock.advanceUntil(waiting)).toBe("SIP_TRANSPORT_CLOSED");
    expect(alice.environment.network.openSockets).toBe(0);
  });

  test("one connection more than allowed is refused", async () => {
    const parties = setUp({ inboundConnections: 2 });
    const first = await rawPeer(parties);
    const { alice, bob, clock } = parties;
    const ignore: StreamReceiver = { onData: () => {}, onDrain: () => {}, onClosed: () => {} };
    const connect = () => clock.advanceUntil(alice.environment.network.connectStream({ address: "10.0.0.2", port: 5060 }, ignore));
    await connect();
    await connect().catch(() => {});
    await clock.advance(10);
    expect(bob.warnings).toHaveLength(1);
    await first.connection.close();
    await clock.advance(10);
    await connect();
    await clock.advance(10);
    expect(bob.warnings).toHaveLength(1);
  });
});

describe("the byte stream (RFC 3261 §18.3)", () => {
  test("messages are found however the stream is cut", async () => {
    const parties = setUp();
    const { say } = await rawPeer(parties);
    const bytes = Buffer.concat([1, 2, 3].map((n) => optionsRequest(`SIP/2.0/TCP x;branch=z9hG4bK${n}`, { callId: `c${n}`, body: "abc" })));
    for (let i = 0; i < bytes.length; i += 7) await say(bytes.subarray(i, i + 7), 1);
    await parties.clock.advance(10);
    expect(parties.bob.user.requests.map(({ request }) => request.callId)).toEqual(["c1", "c2", "c3"]);
  });

  test("CRLF CRLF is answered CRLF (RFC 5626 §4.4.1)", async () => {
    const { say, heard } = await rawPeer(setUp());
    await say("\r\n\r\n");
    expect(heard()).toBe("\r\n");
    await say("\r\n");
    expect(heard()).toBe("\r\n");
  });

  test.each([
    [
      "a request without Content-Length",
      400,
      "OPTIONS sip:b@x SIP/2.0\r\nVia: SIP/2.0/TCP x;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n" +
        "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\n",
    ],
    [
      "a head beyond the limit",
      513,
      optionsRequest("SIP/2.0/TCP x;branch=z9hG4bK1")
        .toString()
        .replace("\r\n\r\n", `\r\nX: ${"x".repeat(70_000)}\r\n\r\n`),
    ],
    ["a body beyond the limit", 413, optionsRequest("SIP/2.0/TCP x;branch=z9hG4bK1").toString().replace("Length: 0", "Length: 2000000")],
  ])("%s is reported with %i, and the connection closed behind the answer", async (_what, statusCode, text) => {
    const parties = setUp();
    const { bob, clock } = parties;
    bob.user.onMalformed = (error, flow) => {
      flow.send(serializeMessage(createResponse(error.request!, error.statusCode, { toTag: "b" })));
    };
    const { say, heard, isClosed } = await rawPeer(parties);
    await say(text);
    await clock.advance(10);
    expect(heard()).toContain(`SIP/2.0 ${statusCode} `);
    expect(isClosed()).toBe(true);
    expect(bob.environment.network.openSockets).toBe(1);
  });

  test.each([
    ["a head that does not end", "OPTIONS sip:b@x SIP/2.0\r\nX: " + "x".repeat(70_000)],
    ["something that is no SIP", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
  ])("%s ends the connection", async (_what, text) => {
    const parties = setUp();
    const { say, isClosed } = await rawPeer(parties);
    await say(text, 100);
    expect(isClosed()).toBe(true);
    expect(parties.bob.user.requests).toEqual([]);
  });

  test("a malformed message that has ended is waited for no longer", async () => {
    const parties = setUp();
    const { say, isClosed } = await rawPeer(parties);
    const good = optionsRequest("SIP/2.0/TCP x;branch=z9hG4bK1");
    const malformed = Buffer.from(good.toString("latin1").replace(/CSeq: [^\r]*/, "CSeq: none"), "latin1");
    await say(good, 10);
    await say(malformed.subarray(0, 100), 1000);
    await say(malformed.subarray(100), 40_000);
    expect([parties.bob.user.malformed.length, isClosed()]).toEqual([1, false]);
  });

  test("a message that begins and does not end is waited for 32 s at most", async () => {
    const parties = setUp();
    const { say, isClosed } = await rawPeer(parties);
    const bytes = optionsRequest("SIP/2.0/TCP x;branch=z9hG4bK1");
    await say(bytes.subarray(0, 100), 31_000);
    expect(isClosed()).toBe(false);
    await say(bytes.subarray(100), 40_000);
    expect(isClosed()).toBe(false);
    expect(parties.bob.user.requests).toHaveLength(1);
    for (let i = 0; i < 40; i++) await say(bytes.subarray(i, i + 1), 1000);
    expect(isClosed()).toBe(true);
  });
});

describe("the end of a connection", () => {
  test("is reported when the peer closes", async () => {
    const { alice, bob, clock, listen, flowTo } = setUp();
    await listen(bob);
    const flow = await flowTo(alice, "10.0.0.2");
    await clock.advance(10);
    await clock.advanceUntil(bob.transports.close());
    await clock.advance(10);
    expect(alice.user.failures).toMatchObject([{ flow, error: { code: "SIP_TRANSPORT_CONNECTION_LOST" } }]);
    expect(flow.isClosed).toBe(true);
  });

  test("comes after what was sent last: closing takes no response back", async () => {
    const parties = setUp();
    const { say, connection, heard, isClosed } = await rawPeer(parties);
    const { bob, clock } = parties;
    await say(optionsRequest("SIP/2.0/TCP x;branch=z9hG4bK1"));
    const { request, flow } = bob.user.requests[0]!;
    connection.pause();
    flow.send(serializeMessage(createResponse(request, 200)));
    await clock.advanceUntil(bob.transports.close());
    await clock.advance(10);
    connection.resume();
    await clock.advance(10);
    expect(heard()).toMatch(/^SIP\/2\.0 200 /);
    expect(isClosed()).toBe(true);
  });

  test("closing does not wait for a peer that takes nothing", async () => {
    const parties = setUp();
    const { say, connection } = await rawPeer(parties);
    const { bob, clock } = parties;
    await say(optionsRequest("SIP/2.0/TCP x;branch=z9hG4bK1"));
    connection.pause();
    const { flow } = bob.user.requests[0]!;
    for (let sent = 0; sent < 200; sent++) flow.send(Buffer.alloc(1000, " "));
    let closed = false;
    void bob.transports.close().then(() => (closed = true));
    await clock.advance(1000);
    expect(closed).toBe(true);
    expect(bob.environment.network.openSockets).toBe(0);
  });

  test("comes when nothing was sent or received for the idle time", async () => {
    const { alice, bob, clock, listen, flowTo } = setUp({ idleTimeoutMs: 10_000 });
    await listen(bob);
    const flow = await flowTo(alice, "10.0.0.2");
    await clock.advance(8000);
    flow.send(optionsRequest(viaFor(flow, "z9hG4bK1")));
    await clock.advance(9000);
    expect(flow.isClosed).toBe(false);
    await clock.advance(1100);
    expect(flow.isClosed).toBe(true);
    expect((await flowTo(alice, "10.0.0.2")) === flow).toBe(false);
  });

  test("comes when a peer does not read: first it is not read from, then it is given up", async () => {
    const parties = setUp({ queuedBytes: 400_000, messageTimeoutMs: 5000 });
    const { bob, clock } = parties;
    const { say, connection, isClosed } = await rawPeer(parties);
    await say(optionsRequest("SIP/2.0/TCP x;branch=z9hG4bK1"));
    const { flow } = bob.user.requests[0]!;
    connection.pause();
    const bytes = optionsRequest(viaFor(flow, "z9hG4bK2"), { body: "x".repeat(20_000) });
    for (let i = 0; i < 12; i++) flow.send(bytes);
    await say(optionsRequest("SIP/2.0/TCP x;branch=z9hG4bK3"), 4000);
    expect(bob.user.requests).toHaveLength(1);
    expect(flow.isClosed).toBe(false);
    await clock.advance(1100);
    expect(flow.isClosed).toBe(true);
    expect(bob.user.failures).toMatchObject([{ flow, error: { code: "SIP_TRANSPORT_OVERLOADED" } }]);
    expect(isClosed()).toBe(true);
  });

  test("comes to a peer that is left for its nonsense and reads nothing, too", async () => {
    const parties = setUp({ messageTimeoutMs: 5000 });
    const { bob, clock } = parties;
    const { say, connection, isClosed } = await rawPeer(parties);
    await say(optionsRequest("SIP/2.0/TCP x;branch=z9hG4bK1"));
    const { flow } = bob.user.requests[0]!;
    connection.pause();
    for (let i = 0; i < 12; i++) flow.send(optionsRequest(viaFor(flow, "z9hG4bK2"), { body: "x".repeat(20_000) }));
    await say("nonsense\r\n\r\n", 4000);
    expect([flow.isClosed, isClosed(), bob.environment.network.openSockets]).toEqual([true, false, 2]);
    await clock.advance(1100);
    expect([isClosed(), bob.environment.network.openSockets]).toEqual([true, 1]);
  });

  test("closing does not wait for a peer that was left and takes nothing, either", async () => {
    const parties = setUp();
    const { bob, clock } = parties;
    const { say, connection } = await rawPeer(parties);
    await say(optionsRequest("SIP/2.0/TCP x;branch=z9hG4bK1"));
    connection.pause();
    for (let i = 0; i < 200; i++) bob.user.requests[0]!.flow.send(Buffer.alloc(1000, " "));
    await say("nonsense\r\n\r\n");
    const closing = bob.transports.close();
    await clock.advance(1000);
    await closing;
    expect([bob.environment.network.openSockets, clock.pendingTimers]).toEqual([0, 0]);
  });

  test("a peer that reads again is read from again", async () => {
    const parties = setUp({ queuedBytes: 400_000, messageTimeoutMs: 5000 });
    const { bob, clock } = parties;
    const { say, connection } = await rawPeer(parties);
    await say(optionsRequest("SIP/2.0/TCP x;branch=z9hG4bK1"));
    const { flow } = bob.user.requests[0]!;
    connection.pause();
    for (let i = 0; i < 12; i++) flow.send(optionsRequest(viaFor(flow, "z9hG4bK2"), { body: "x".repeat(20_000) }));
    await say(optionsRequest("SIP/2.0/TCP x;branch=z9hG4bK3"), 1000);
    connection.resume();
    await clock.advance(6000);
    expect(flow.isClosed).toBe(false);
    expect(bob.user.requests).toHaveLength(2);
  });

  test("comes to a peer that asks for CRLFs and does not read them, too", async () => {
    const parties = setUp({ queuedBytes: 400_000, messageTimeoutMs: 5000 });
    const { say, connection, isClosed } = await rawPeer(parties);
    connection.pause();
    for (let i = 0; i < 20; i++) await say("\r\n\r\n".repeat(16_000));
    expect(isClosed()).toBe(false);
    await parties.clock.advance(5100);
    expect(isClosed()).toBe(true);
  });

  test("comes at once when more is queued than allowed", async () => {
    const parties = setUp({ queuedBytes: 200_000 });
    const { say, connection } = await rawPeer(parties);
    await say(optionsRequest("SIP/2.0/TCP x;branch=z9hG4bK1"));
    const { flow } = parties.bob.user.requests[0]!;
    connection.pause();
    for (let i = 0; i < 20 && !flow.isClosed; i++) flow.send(optionsRequest(viaFor(flow, "z9hG4bK2"), { body: "x".repeat(20_000) }));
    expect(flow.isClosed).toBe(true);
  });
});
