import { describe, expect, test } from "vitest";
import { ServerAffinity } from "@sidetone/dialog-core";
import { dialogOf, hangUp, serverPair, type ServerPairOptions } from "./support/server-pair.ts";

const setUp = (options: ServerPairOptions = {}) => serverPair(options);

describe("503 (RFC 3261 §21.5.4)", () => {
  test("of the last server is the answer", async () => {
    const pair = await setUp();
    for (const server of [pair.first, pair.second]) server.refusal = { statusCode: 503 };
    expect((await pair.clock.advanceUntil(pair.alice.core.request({ method: "OPTIONS", requestUri: pair.uri }))).statusCode).toBe(503);
    expect(pair.sent("OPTIONS", pair.first)).toHaveLength(1);
    expect(pair.sent("OPTIONS", pair.second)).toHaveLength(1);
    await pair.expectNothingLeft();
  });

  test("of the one is the answer when the other cannot be reached", async () => {
    const pair = await setUp({ transport: "TCP" });
    pair.first.refusal = { statusCode: 503 };
    await pair.second.transports.close();
    expect((await pair.clock.advanceUntil(pair.alice.core.request({ method: "OPTIONS", requestUri: pair.uri }))).statusCode).toBe(503);
    await pair.expectNothingLeft();
  });

  test.each([
    [undefined, 2],
    ["60", 1],
  ])("with Retry-After %s: the server has had %i requests after the next one", async (retryAfter, expected) => {
    const pair = await setUp();
    const { alice, clock, first, sent } = pair;
    const request = () => clock.advanceUntil(alice.core.request({ method: "OPTIONS", requestUri: pair.uri }));
    first.refusal = { statusCode: 503, headers: retryAfter === undefined ? [] : [["Retry-After", retryAfter]] };
    await request();
    await request();
    expect(sent("OPTIONS", first)).toHaveLength(expected);
    await clock.advance(60_000);
    first.refusal = undefined;
    await request();
    expect(sent("OPTIONS", first)).toHaveLength(expected + 1);
    await pair.expectNothingLeft();
  });
});

describe("a server that failed", () => {
  test("comes last for half a minute, so that the next call need not wait, and first again afterwards", async () => {
    const pair = await setUp();
    const { alice, clock, network, sent } = pair;
    const timed = async () => {
      const before = clock.now();
      await clock.advanceUntil(alice.core.request({ method: "OPTIONS", requestUri: pair.uri }));
      return clock.now() - before;
    };
    network.partition("10.0.0.2");
    expect(await timed()).toBeGreaterThanOrEqual(4_000);
    expect(await timed()).toBeLessThan(100);
    await clock.advance(30_000);
    expect(await timed()).toBeGreaterThanOrEqual(4_000); // tried, and found dead again: now for a minute
    await clock.advance(59_000);
    expect(await timed()).toBeLessThan(100);
    network.heal();
    await clock.advance(1_000);
    const before = sent("OPTIONS", pair.first).length;
    expect(await timed()).toBeLessThan(100);
    expect(sent("OPTIONS", pair.first)).toHaveLength(before + 1);
    await pair.expectNothingLeft();
  });
});

/** The route set that a Record-Route of the pair would have made. */
const proxies = "<sip:example.com;transport=udp;lr>";

describe("staying with a server", () => {
  test("a dialog does, whatever the name service and the weights say", async () => {
    const pair = await setUp({ priorities: [1, 1] });
    const { alice, clock, first, second, sent } = pair;
    for (let i = 0; i < 20; i++) {
      const call = alice.call(pair.uri, { route: [proxies] });
      await clock.advance(20);
      expect(call.usage.state).toBe("Established");
      Object.assign(dialogOf(call), { routeSet: [proxies], flow: undefined });
      await hangUp(pair, call);
    }
    for (const server of [first, second]) {
      expect(server.calls.length).toBeGreaterThan(2);
      expect(sent("BYE", server)).toHaveLength(server.calls.length);
    }
    await pair.expectNothingLeft();
  });

  test("an affinity does, for requests and calls, while others go by the weights", async () => {
    const pair = await setUp({ priorities: [1, 1] });
    const { alice, clock, first, second } = pair;
    const affinity = new ServerAffinity();
    const register = () => clock.advanceUntil(alice.core.request({ method: "REGISTER", requestUri: pair.uri, affinity }));
    await register();
    const [own, other] = first.requests.length > 0 ? [first, second] : [second, first];
    expect(affinity.server?.address).toBe(own.address);
    for (let i = 0; i < 10; i++) {
      await register();
      const call = alice.call(pair.uri, { affinity });
      await clock.advance(20);
      await hangUp(pair, call);
    }
    expect([own.requests.length, own.calls.length, other.requests.length, other.calls.length]).toEqual([11, 10, 0, 0]);
    await pair.expectNothingLeft();
  });

  test("an affinity moves on when the server dies, stays with the next, and goes back to the better one later", async () => {
    const pair = await setUp();
    const { alice, clock, network, first, second } = pair;
    const affinity = new ServerAffinity();
    const register = () => clock.advanceUntil(alice.core.request({ method: "REGISTER", requestUri: pair.uri, affinity }));
    await register();
    network.partition("10.0.0.2");
    await register();
    expect([first.requests.length, second.requests.length]).toEqual([1, 1]);
    network.heal();
    await clock.advance(60_000); // the first is not avoided any more, but it is not time yet
    await register();
    expect([first.requests.length, second.requests.length]).toEqual([1, 2]);
    await clock.advance(240_000);
    await register();
    expect([first.requests.length, second.requests.length]).toEqual([2, 2]);
    await pair.expectNothingLeft();
  });

  test("a request within a dialog leaves a server that has died for the other", async () => {
    const pair = await setUp();
    const { alice, clock, network, first, second, sent } = pair;
    const call = alice.call(pair.uri, { route: [proxies] });
    await clock.advance(20);
    Object.assign(dialogOf(call), { routeSet: [proxies] });
    network.partition("10.0.0.2");
    call.usage.terminate();
    await clock.advance(10_000);
    expect(sent("BYE", first)).toHaveLength(1);
    expect(sent("BYE", second)).toHaveLength(1);
    expect(call.usage.state).toBe("Terminated");
    first.lastCall.usage.terminate();
    await pair.expectNothingLeft();
  });
});
