import { ClientBuilder, createClient, type ClientLimits, type ClientOptions } from "@sidetone/client-core";
import { SipTrace } from "@sidetone/trace-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import { rejection, scenario } from "../support/scenario.ts";

/** Bob with these limits, and streams from alice's machine to him. */
async function setUp(limits: ClientLimits, bob: ClientOptions = {}) {
  const pair = await scenario({ bob: { limits, ...bob } });
  const { clock } = pair;
  const connect = async () => {
    const received: string[] = [];
    let isClosed = false;
    const receiver = {
      onData: (data: Buffer) => void received.push(data.toString("latin1")),
      onDrain: () => {},
      onClosed: () => void (isClosed = true),
    };
    const connection = await clock.advanceUntil(
      pair.environments.alice.network.connectStream({ address: "10.0.0.2", port: 5060 }, receiver),
    );
    await clock.advance(10);
    const say = async (text: string, waitMs = 10): Promise<void> => {
      connection.send(Buffer.from(text));
      await clock.advance(waitMs);
    };
    return { say, statusLine: () => received.join("").split("\r\n", 1)[0], isClosed: () => isClosed };
  };
  return { ...pair, connect };
}

const options = (length: number, more = ""): string =>
  `OPTIONS sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.1;branch=z9hG4bK1\r\nMax-Forwards: 9\r\nFrom: <sip:a@b>;tag=1\r\n` +
  `To: <sip:bob@c>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n${more}Content-Length: ${length}\r\n\r\n`;

describe("limits of a client reach what they are for", () => {
  test.each([
    [{ connections: 1 }, 1],
    [{ connectionsPerAddress: 2 }, 2],
  ])("%j: one connection more is refused", async (limits, count) => {
    const { connect } = await setUp(limits);
    const open = [];
    for (let n = 0; n <= count; n++) open.push(await connect());
    expect(open.map(({ isClosed }) => isClosed())).toEqual([...Array<boolean>(count).fill(false), true]);
  });

  test("halfOpenConnections: the oldest that has said nothing makes room", async () => {
    const { connect } = await setUp({ halfOpenConnections: 1 });
    const [first, second] = [await connect(), await connect()];
    expect([first.isClosed(), second.isClosed()]).toEqual([true, false]);
  });

  test("firstMessageTimeoutMs and messageTimeoutMs: who is too slow is closed", async () => {
    const { clock, connect } = await setUp({ firstMessageTimeoutMs: 3000, messageTimeoutMs: 1000 });
    const [silent, slow] = [await connect(), await connect()];
    await slow.say(options(0));
    await slow.say("OPTIONS sip:", 1100);
    expect([silent.isClosed(), slow.isClosed()]).toEqual([false, true]);
    await clock.advance(2000);
    expect(silent.isClosed()).toBe(true);
  });

  test("headBytes and bodyBytes: what is longer is refused before it is kept", async () => {
    const { connect } = await setUp({ headBytes: 500, bodyBytes: 100 });
    const [long, large] = [await connect(), await connect()];
    await large.say(options(101));
    await long.say(options(0, `X: ${"x".repeat(500)}\r\n`));
    expect([large.statusLine(), long.statusLine()]).toEqual(["SIP/2.0 413 Request Entity Too Large", "SIP/2.0 513 Message Too Large"]);
    expect([large.isClosed(), long.isClosed()]).toEqual([true, true]);
  });

  test("serverTransactions: what is beyond is answered 503", async () => {
    const { alice, bobUri, settle } = await setUp({ serverTransactions: 2 });
    const ask = () => alice.userAgent.request({ method: "OPTIONS", requestUri: bobUri });
    const codes = [];
    for (let n = 0; n < 3; n++) codes.push((await settle(ask())).statusCode);
    expect(codes).toEqual([200, 200, 503]);
  });
});

test.each([
  [{ overloadDelayMs: 10 }, true],
  [{}, false],
])("busy for 20 ms with %j: strangers are refused: %s", async (limits, isRefused) => {
  const { alice, environments, settle } = await scenario();
  const environment = { ...virtualEnvironment({ host: "10.0.0.3", beside: environments.alice }), busyForMs: () => 20 };
  const busy = await settle(createClient({ environment, listen: "10.0.0.3:5060", limits }));
  const ask = () => alice.userAgent.request({ method: "OPTIONS", requestUri: "sip:10.0.0.3" });
  const codes = (await settle(Promise.all(Array.from({ length: 24 }, ask)))).map(({ statusCode }) => statusCode);
  expect([codes.includes(503), busy.turnedAway.overloaded > 0]).toEqual([isRefused, isRefused]);
  await settle(busy.close());
});

test("the builder takes strangers, peers and limits", async () => {
  const environment = virtualEnvironment();
  const builder = new ClientBuilder({ environment }).strangers("ignore").peers(["192.0.2.0/24"]).limits({ requestsPerSecond: 5 });
  await builder.build();
  const wrong = new ClientBuilder({ environment })
    .strangers("bite" as "ignore")
    .peers(["192.0.2.0/99"])
    .limits({ requestsPerSecond: 0 });
  const error = (await rejection(wrong.build())) as Error;
  for (const field of ["strangers", "peers", "limits.requestsPerSecond"]) expect(error.message).toContain(field);
});

test("what is ignored is traced all the same", async () => {
  const { bobUri, environments, clock } = await setUp({}, { strangers: "ignore" });
  const socket = await environments.alice.network.bindDatagram(
    { address: "10.0.0.1", port: 0 },
    { onDatagram: () => expect.fail("an answer"), onSocketError: () => {} },
  );
  const trace = new SipTrace();
  onTestFinished(() => trace.stop());
  socket.send(Buffer.from(options(0).replace("sip:bob@10.0.0.2", bobUri)), 5060, "10.0.0.2");
  await clock.advance(100);
  expect(trace.entries.map(({ text }) => text.split(" ", 1)[0])).toEqual(["OPTIONS"]);
  await socket.close();
});
