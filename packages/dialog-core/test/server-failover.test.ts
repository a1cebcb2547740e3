import { describe, expect, test } from "vitest";
import { createResponse, parseMessage, serializeMessage, type SipRequest } from "@sidetone/sip-core";
import { dialogOf, hangUp, serverPair, type ServerPair, type ServerPairOptions } from "./support/server-pair.ts";

const setUp = (options: ServerPairOptions = {}) => serverPair(options);
const transports = ["UDP", "TCP"] as const;

/** What is wrong with the first server. */
const faults: Record<string, (pair: ServerPair) => void | Promise<void>> = {
  dead: ({ first }) => first.transports.close(),
  "cut off": ({ network }) => network.partition("10.0.0.2"),
  unavailable: ({ first }) => void (first.refusal = { statusCode: 503 }),
};

const rang = (pair: ServerPair) => [pair.first, pair.second].map(({ calls }) => calls.length);
const branchOf = (text: string | undefined) => /branch=(z9hG4bK[^;\r]+)/.exec(text ?? "")?.[1];
const field = (name: string, text: string | undefined) => new RegExp(`^${name}: (.*)\r$`, "m").exec(text ?? "")?.[1];

for (const transport of transports) {
  describe(`two servers behind one SRV name, over ${transport} (RFC 3263 §4.3)`, () => {
    test.each(Object.keys(faults))("the first is %s: a call is with the second within ten seconds", async (fault) => {
      const pair = await setUp({ transport });
      const { alice, clock, second, uri, sent } = pair;
      await faults[fault]!(pair);
      const call = alice.call(uri);
      for (let ms = 0; ms < 10_000 && call.usage.state !== "Established"; ms += 100) await clock.advance(100);
      expect(call.usage.state).toBe("Established");
      expect(second.calls).toHaveLength(1);
      await hangUp(pair, call);
      expect(sent("BYE", second)).toHaveLength(1);
      await pair.expectNothingLeft();
    });

    test.each(Object.keys(faults))("the first is %s: so is any other request", async (fault) => {
      const pair = await setUp({ transport });
      await faults[fault]!(pair);
      const answered = pair.alice.core.request({ method: "REGISTER", requestUri: pair.uri });
      expect((await pair.clock.advanceUntil(answered, { limitMs: 10_000 })).statusCode).toBe(202);
      expect(pair.second.requests).toHaveLength(1);
      await pair.expectNothingLeft();
    });

    test("a server that rings takes its time: nobody else is called", async () => {
      const pair = await setUp({ transport });
      pair.first.decide = (call) => call.usage.ring();
      const call = pair.alice.call(pair.uri);
      await pair.clock.advance(60_000);
      expect(rang(pair)).toEqual([1, 0]);
      pair.first.lastCall.usage.answer();
      await pair.clock.advance(10);
      expect(call.events).toEqual(["180", "answered", "established"]);
      await hangUp(pair, call);
      await pair.expectNothingLeft();
    });

    test("100 alone is enough to be waited for", async () => {
      const pair = await setUp({ transport });
      pair.first.decide = () => {};
      const call = pair.alice.call(pair.uri);
      await pair.clock.advance(20_000);
      expect(call.events).toEqual(["100"]);
      expect(rang(pair)).toEqual([1, 0]);
      call.usage.cancel();
      await pair.expectNothingLeft();
    });
  });
}

describe("a server that is late", () => {
  /** The first server hears and is heard 2.5 s later. */
  const late = async (): Promise<ServerPair> => {
    const pair = await setUp();
    pair.network.setConditionsBetween("10.0.0.1", "10.0.0.2", { delayMs: 2_500 });
    return pair;
  };

  test("and rings is cancelled: only the second one's call is left", async () => {
    const pair = await late();
    pair.first.decide = (call) => call.usage.ring();
    const call = pair.alice.call(pair.uri);
    await pair.clock.advance(4_100);
    expect(call.usage.state).toBe("Established");
    await pair.clock.advance(10_000);
    expect(pair.sent("CANCEL", pair.first)).toHaveLength(1);
    expect(pair.first.lastCall.termination).toMatchObject({ reason: "Cancelled", endedBy: "remote" });
    expect(call.usage.state).toBe("Established");
    await hangUp(pair, call);
    await pair.expectNothingLeft();
  });

  test("and answers is acknowledged and ended, with its own branch and dialog", async () => {
    const pair = await late();
    const call = pair.alice.call(pair.uri);
    await pair.clock.advance(4_100);
    const [invite] = pair.sent("INVITE", pair.first);
    const [again] = pair.sent("INVITE", pair.second);
    expect(branchOf(again)).not.toBe(branchOf(invite));
    for (const name of ["Call-ID", "CSeq", "From"]) expect(field(name, again)).toBe(field(name, invite));
    await pair.clock.advance(10_000);
    expect(call.usage.state).toBe("Established");
    expect(pair.sent("ACK", pair.first)).toHaveLength(1);
    expect(pair.sent("BYE", pair.first)).toHaveLength(1);
    expect(pair.first.lastCall.termination).toMatchObject({ reason: "Bye", endedBy: "remote" });
    await hangUp(pair, call);
    expect(pair.sent("BYE", pair.second)).toHaveLength(1);
    await pair.expectNothingLeft();
  });

  test("and answers is acknowledged as often as it answers", async () => {
    const pair = await late();
    pair.alice.rules.lose(/^ACK sip:[^ ]*10\.0\.0\.2/);
    const call = pair.alice.call(pair.uri);
    await pair.clock.advance(30_000);
    expect(pair.sent("ACK", pair.first)).toHaveLength(1);
    await hangUp(pair, call);
    await pair.expectNothingLeft();
  });

  test("and says 100, and then nothing, is not left: a timeout is a timeout", async () => {
    const pair = await setUp();
    pair.first.onRequest = () => {};
    const asked = pair.alice.core.request({ method: "REGISTER", requestUri: pair.uri });
    await expect(pair.clock.advanceUntil(asked)).rejects.toMatchObject({ code: "DIALOG_TIMEOUT" });
    expect(pair.sent("REGISTER", pair.second)).toEqual([]);
    await pair.expectNothingLeft();
  });

  test("is not sent the INVITE again once another one has it", async () => {
    const pair = await setUp();
    pair.network.partition("10.0.0.2");
    const call = pair.alice.call(pair.uri);
    await pair.clock.advance(20_000);
    const times = pair.log.entries.filter(({ to, data }) => to.startsWith("10.0.0.2") && data.toString().startsWith("INVITE"));
    expect(times).toHaveLength(4); // at 0, 0.5, 1.5 and 3.5 s
    await hangUp(pair, call);
    await pair.expectNothingLeft();
  });

  test("and answers another request is not listened to", async () => {
    const pair = await late();
    const answered = pair.alice.core.request({ method: "REGISTER", requestUri: pair.uri });
    expect((await pair.clock.advanceUntil(answered)).statusCode).toBe(202);
    expect(pair.clock.now()).toBeLessThan(4_100);
    await pair.expectNothingLeft();
  });

  test("and both lead to one phone: it rings once (RFC 3261 §8.2.2.2)", async () => {
    const pair = await setUp();
    const { alice, clock, network, resolver, second } = pair;
    const slow = network.host("10.0.0.4");
    // A path to the same phone that takes six seconds: the second server's own port, through a relay.
    const relay = await slow.bindDatagram(
      { address: "10.0.0.4", port: 5060 },
      { onDatagram: (data) => void clock.setTimer(6_000, () => relay.send(data, 5060, "10.0.0.3")), onSocketError: () => {} },
    );
    resolver.setAddresses("first.example.com", ["10.0.0.4"]);
    second.decide = (call) => call.usage.ring();
    const call = alice.call(pair.uri);
    await clock.advance(30_000);
    expect(second.calls).toHaveLength(1);
    second.lastCall.usage.answer();
    await clock.advance(10);
    expect(call.usage.state).toBe("Established");
    await hangUp(pair, call);
    await relay.close();
    await pair.expectNothingLeft();
  });
});

describe("giving up while servers are tried", () => {
  test("cancels what was sent, and nobody else is called", async () => {
    const pair = await setUp();
    pair.network.setConditionsBetween("10.0.0.1", "10.0.0.2", { delayMs: 2_500 });
    pair.first.decide = (call) => call.usage.ring();
    const call = pair.alice.call(pair.uri);
    await pair.clock.advance(3_000);
    call.usage.cancel();
    await pair.clock.advance(20_000);
    expect(rang(pair)).toEqual([1, 0]);
    expect(pair.first.lastCall.termination).toMatchObject({ reason: "Cancelled" });
    expect(call.events).toEqual(["local Cancelled"]);
    await pair.expectNothingLeft();
  });

  test("reaches both after the failover", async () => {
    const pair = await setUp();
    pair.network.setConditionsBetween("10.0.0.1", "10.0.0.2", { delayMs: 2_500 });
    for (const server of [pair.first, pair.second]) server.decide = (call) => call.usage.ring();
    const call = pair.alice.call(pair.uri);
    await pair.clock.advance(4_500);
    call.usage.cancel();
    await pair.clock.advance(20_000);
    for (const { lastCall } of [pair.first, pair.second]) expect(lastCall.termination).toMatchObject({ reason: "Cancelled" });
    expect(call.events).toEqual(["180", "local Cancelled"]);
    await pair.expectNothingLeft();
  });

  test("a request that nobody waits for any more goes nowhere else", async () => {
    const pair = await setUp();
    pair.network.partition("10.0.0.2");
    const abort = new AbortController();
    const asked = pair.alice.core.request({ method: "REGISTER", requestUri: pair.uri, signal: abort.signal });
    await pair.clock.advance(1_000);
    abort.abort(new Error("enough"));
    await expect(asked).rejects.toThrow("enough");
    await pair.clock.advance(40_000);
    expect(pair.sent("REGISTER", pair.second)).toEqual([]);
    await pair.expectNothingLeft();
  });

  test("an interceptor that throws at the second sending fails the call, and the first server's phone is told", async () => {
    let sendings = 0;
    const pair = await setUp({
      alice: {
        interceptors: [
          () => {
            if (++sendings === 2) throw new Error("not twice");
          },
        ],
      },
    });
    pair.network.setConditionsBetween("10.0.0.1", "10.0.0.2", { delayMs: 2_500 });
    pair.first.decide = (call) => call.usage.ring();
    const call = pair.alice.call(pair.uri);
    await pair.clock.advance(20_000);
    expect(call.events).toEqual(["network Unreachable"]);
    expect(pair.first.lastCall.termination).toMatchObject({ reason: "Cancelled" });
    await pair.expectNothingLeft();
  });

  test("leaves no timer when the core is closed", async () => {
    const pair = await setUp();
    pair.network.partition("10.0.0.2");
    pair.alice.call(pair.uri);
    pair.alice.core.request({ method: "OPTIONS", requestUri: pair.uri }).catch(() => {});
    await pair.clock.advance(1_000);
    await pair.alice.core.close();
    expect(pair.clock.pendingTimers).toBe(0);
    await pair.expectNothingLeft();
  });
});

describe("a server that is silent while the next one cannot be reached", () => {
  test("has the time that a transaction has, and is heard when it speaks", async () => {
    const pair = await setUp({ transport: "TCP" });
    const { alice, clock, network, first, second } = pair;
    await second.transports.close();
    network.setConditionsBetween("10.0.0.1", "10.0.0.2", { delayMs: 1_000 });
    const call = alice.call(pair.uri);
    await clock.advance(1_900); // the connection is up, the INVITE under way
    network.setConditionsBetween("10.0.0.1", "10.0.0.2", { delayMs: 4_000 });
    await clock.advance(12_000);
    expect(call.usage.state).toBe("Established");
    expect(first.calls).toHaveLength(1);
    network.setConditionsBetween("10.0.0.1", "10.0.0.2", { delayMs: 1 });
    await clock.advance(10_000);
    await hangUp(pair, call);
    await pair.expectNothingLeft();
  });

  test("and answers while the next one is connected to keeps the call", async () => {
    const pair = await setUp({ transport: "TCP" });
    const { alice, clock, network, first } = pair;
    network.setConditionsBetween("10.0.0.1", "10.0.0.3", { delayMs: 1_000 });
    const call = alice.call(pair.uri);
    await clock.advance(2); // the INVITE has just gone out
    network.setConditionsBetween("10.0.0.1", "10.0.0.2", { delayMs: 5_000 }); // the second is reached after 6 s
    await clock.advance(10_000);
    expect(call.usage.state).toBe("Established");
    expect(rang(pair)).toEqual([1, 0]);
    expect(first.calls).toHaveLength(1);
    network.setConditionsBetween("10.0.0.1", "10.0.0.2", { delayMs: 1 });
    await clock.advance(10_000);
    await hangUp(pair, call);
    await pair.expectNothingLeft();
  });
});

describe("challenges", () => {
  test("of the next server are answered, although the first one's were", async () => {
    const asked: string[] = [];
    const credentials = {
      get: ({ realm }: { realm: string }) => {
        asked.push(realm);
        return Promise.resolve({ username: "alice", password: "secret" });
      },
    };
    const pair = await setUp({ alice: { credentials } });
    const challenge = (nonce: string) => ({
      statusCode: 401,
      headers: [["WWW-Authenticate", `Digest realm="example.com", nonce="${nonce}", algorithm=MD5, qop="auth"`]] as const,
    });
    pair.first.refusal = challenge("one");
    pair.second.refusal = challenge("two");
    const answered = pair.alice.core.request({ method: "REGISTER", requestUri: pair.uri });
    await pair.clock.advance(2); // the first one's challenge is on its way
    pair.first.refusal = { statusCode: 503 };
    await pair.clock.advance(3.5); // and so is the second one's
    pair.second.refusal = undefined;
    expect((await pair.clock.advanceUntil(answered)).statusCode).toBe(202);
    expect(asked).toEqual(["example.com"]); // the password that this realm has taken before serves for its next server
    expect(pair.sent("REGISTER", pair.second).at(-1)).toContain('nonce="two"');
    await pair.expectNothingLeft();
  });
});

describe("a connection", () => {
  /** The first server, which says 200, but breaks the connection over the requests of these numbers. */
  async function setUpBreaking(...broken: number[]) {
    const pair = await setUp({ transport: "TCP" });
    const { environment } = pair.first;
    await pair.first.transports.close();
    let requests = 0;
    let connections = 0;
    const server = await environment.network.listenStream(
      { address: "10.0.0.2", port: 5060 },
      {
        onConnection() {
          connections++;
          return {
            onData(data, connection) {
              if (broken.includes(++requests)) return void connection.close({ abort: true });
              connection.send(serializeMessage(createResponse(parseMessage(data) as SipRequest, 200, { toTag: "1" })));
            },
            onDrain() {},
            onClosed() {},
          };
        },
        onServerError() {},
      },
    );
    const request = () => pair.clock.advanceUntil(pair.alice.core.request({ method: "OPTIONS", requestUri: pair.uri }));
    return { ...pair, request, counts: () => [requests, connections], close: () => server.close() };
  }

  test("that had worked and broke is opened once more before anybody else is asked", async () => {
    const { request, counts, close, sent, second, expectNothingLeft } = await setUpBreaking(2);
    await request();
    expect((await request()).statusCode).toBe(200);
    expect(counts()).toEqual([3, 2]);
    expect(sent("OPTIONS", second)).toEqual([]);
    await close();
    await expectNothingLeft();
  });

  test("is not opened a third time", async () => {
    const { request, counts, close, sent, second, expectNothingLeft } = await setUpBreaking(2, 3);
    await request();
    await request();
    expect(counts()).toEqual([3, 2]);
    expect(sent("OPTIONS", second)).toHaveLength(1);
    await close();
    await expectNothingLeft();
  });

  test("that never brought an answer and broke leads on at once", async () => {
    const { request, counts, close, sent, second, expectNothingLeft } = await setUpBreaking(1);
    await request();
    expect(counts()).toEqual([1, 1]);
    expect(sent("OPTIONS", second)).toHaveLength(1);
    await close();
    await expectNothingLeft();
  });

  test("that did not come up in time is not tried first by the next request", async () => {
    const pair = await setUp({ transport: "TCP" });
    pair.network.partition("10.0.0.2");
    const request = () => pair.clock.advanceUntil(pair.alice.core.request({ method: "OPTIONS", requestUri: pair.uri }));
    await request();
    const beforeMs = pair.clock.now();
    expect(beforeMs).toBeGreaterThanOrEqual(4_000);
    await request();
    expect(pair.clock.now() - beforeMs).toBeLessThan(100);
    await pair.expectNothingLeft();
  });

  test("of a dialog is kept when the peer answers 503 (RFC 3261 §21.5.4)", async () => {
    const pair = await setUp({ transport: "TCP" });
    const call = pair.alice.call(pair.uri);
    await pair.clock.advance(20);
    pair.first.lastCall.onRequest = (_usage, request) => request.respond(503);
    const answered = await pair.clock.advanceUntil(call.usage.sendRequest({ method: "INFO" }));
    expect(answered.statusCode).toBe(503);
    expect(dialogOf(call)).toMatchObject({ flow: { isClosed: false } });
    await hangUp(pair, call);
    await pair.expectNothingLeft();
  });
});

describe("failover options", () => {
  test("say how long silence is borne", async () => {
    const pair = await setUp({ alice: { failover: { silenceMs: 1_500 } } });
    pair.network.partition("10.0.0.2");
    await pair.clock.advanceUntil(pair.alice.core.request({ method: "OPTIONS", requestUri: pair.uri }));
    expect(pair.clock.now()).toBeLessThan(1_600);
    await pair.expectNothingLeft();
  });

  test.each([{ silenceMs: 0 }, { silenceMs: Number.NaN }, { silenceMs: Infinity }, { failBackMs: -1 }, { failBackMs: 2 ** 31 }])(
    "%o is refused",
    async (failover) => {
      await expect(setUp({ alice: { failover } })).rejects.toMatchObject({ code: "DIALOG_OPTION" });
    },
  );
});
