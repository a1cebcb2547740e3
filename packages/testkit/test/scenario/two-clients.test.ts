import { twoClients } from "@sidetone/testkit/scenario";
import { describe, expect, test } from "vitest";

/** The whole of a call, as it went over the wire. */
async function callOf(seed: number): Promise<string> {
  await using pair = await twoClients({ seed });
  pair.bob.onIncoming((incoming) => incoming.answer());
  const call = await pair.settle(pair.alice.call(pair.bobUri));
  await pair.clock.advance(500);
  await pair.settle(call.hangUp());
  return pair.wire.toString();
}

describe("twoClients", () => {
  test("a call between two whole clients takes three lines, and leaves nothing behind", async () => {
    const pair = await twoClients();
    pair.bob.onIncoming((incoming) => incoming.answer());
    const call = await pair.settle(pair.alice.call(pair.bobUri));
    await pair.clock.advance(10); // the ACK is on its way
    expect([call.phase, pair.bob.calls[0]!.phase]).toEqual(["Connected", "Connected"]);

    await pair[Symbol.asyncDispose]();
    await pair.clock.advance(64_000); // transactions linger for 64·T1
    expect(pair.clock.pendingTimers).toBe(0);
    for (const { network } of Object.values(pair.environments)) expect(network.openSockets).toBe(0);
  });

  test("the same seed gives the same call, byte for byte; another seed another", async () => {
    const [first, again, other] = [await callOf(7), await callOf(7), await callOf(8)];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  test("hands its ladder to the hook that runs when a test fails", async () => {
    const hooks: (() => void)[] = [];
    await using pair = await twoClients({ onTestFailed: (hook) => hooks.push(hook) });
    pair.bob.onIncoming((incoming) => incoming.reject(486));
    await expect(pair.settle(pair.alice.call(pair.bobUri))).rejects.toMatchObject({ code: "CALL_BUSY" });
    expect(hooks).toHaveLength(1);
    expect(pair.wire.toString()).toMatch(/INVITE sip:bob@10\.0\.0\.2.*\n.*486 Busy Here/s);
  });

  test("the network between them can be disturbed: a partition keeps the call from being answered until it heals", async () => {
    await using pair = await twoClients();
    pair.bob.onIncoming((incoming) => incoming.answer());
    pair.network.partition("10.0.0.1");
    const calling = pair.alice.call(pair.bobUri);
    await pair.clock.advance(1000);
    expect(pair.bob.callCount).toBe(0);
    pair.network.heal();
    expect((await pair.settle(calling)).phase).toBe("Connected");
    expect(pair.clock.now()).toBeCloseTo(1500, -2); // the third INVITE (Timer A)
  });
});
