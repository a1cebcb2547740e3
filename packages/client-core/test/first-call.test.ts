import { findTone, ToneSource } from "@sidetone/media-core";
import { twoClients, type TwoClients } from "@sidetone/testkit/scenario";
import { describe, expect, onTestFailed, onTestFinished, test } from "vitest";

async function setUp(options: Parameters<typeof twoClients>[0] = {}): Promise<TwoClients> {
  const pair = await twoClients({ ...options, onTestFailed });
  onTestFinished(async () => {
    await pair[Symbol.asyncDispose]();
    await pair.clock.advance(64_000); // transactions linger for 64·T1
    expect(pair.clock.pendingTimers).toBe(0);
  });
  return pair;
}

describe("a call between two clients", () => {
  test("is answered, carries a tone, and ends for both with one cause", async () => {
    const { alice, bob, bobUri, settle, clock } = await setUp();
    bob.onIncoming(async (incoming) => {
      const call = await incoming.answer();
      void call.play(new ToneSource({ frequenciesHz: [440] }));
    });
    const call = await settle(alice.call(bobUri));
    expect(call.phase).toBe("Connected");
    const heard: number[] = [];
    const input = call.audio.in({ sampleRate: 8000 });
    void (async () => {
      for await (const { samples } of input) heard.push(...samples);
    })();
    await clock.advance(3000);
    expect(findTone(Int16Array.from(heard.slice(-8000)), 8000)?.hz).toBeCloseTo(440, 0);
    const ended = bob.calls[0]!.ended;
    const end = await settle(call.hangUp());
    expect(end).toMatchObject({ cause: "HungUp", endedBy: "local", statistics: { packetsLost: 0 } });
    expect(await settle(ended)).toMatchObject({ cause: "HungUp", endedBy: "remote" });
  });
});
