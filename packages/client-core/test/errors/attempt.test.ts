import { ClientError } from "@sidetone/client-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { rejection, scenario } from "../support/scenario.ts";

/** A call, and what alice's errorOccurred tells meanwhile. */
async function setUp() {
  const pair = await scenario({ onListenerError: "collect" });
  const told: string[] = [];
  pair.alice.on("errorOccurred", ({ error, where }) => told.push(`${where} ${error instanceof ClientError ? error.code : String(error)}`));
  pair.bob.on("errorOccurred", ({ error, where }) =>
    told.push(`bob: ${where} ${error instanceof ClientError ? error.code : String(error)}`),
  );
  const unhandled: unknown[] = [];
  const listener = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", listener);
  onTestFinished(() => void process.off("unhandledRejection", listener));
  return { ...pair, told, unhandled };
}

describe("what nobody waits for", () => {
  test("is no unhandled rejection when it fails, and never silent", async () => {
    const { connect, told, unhandled, clock } = await setUp();
    const { call } = await connect();
    void call.sendDtmf("12x");
    void call.play("no such file.wav");
    void call.record("/no/such/folder/file.wav");
    void call.audio.out.write(new Int16Array(1), { sampleRate: 0 });
    void call.modify({});
    await expect.poll(() => clock.advance(1).then(() => told.length)).toBe(5);
    expect(told.sort()).toEqual([
      "DTMF CONFIG_INVALID",
      "audio.out CONFIG_INVALID",
      "modify CONFIG_INVALID",
      "play MEDIA_FILE_UNUSABLE",
      "record MEDIA_FILE_UNUSABLE",
    ]);
    expect(unhandled).toEqual([]);
  });

  test("is silent when the other side ended the call first: call.ended tells that", async () => {
    const { connect, told, unhandled, nextIncoming, alice, bobUri, settle, clock } = await setUp();
    const { call, bobs } = await connect();
    void call.sendDtmf("123456789");
    void call.audio.out.write(new Int16Array(80_000), { sampleRate: 8000 });
    await settle(bobs.hangUp());
    await settle(call.ended);
    void call.hold();
    const outgoing = alice.dial(bobUri);
    const incoming = await nextIncoming();
    outgoing.cancel();
    await settle(incoming.call.ended);
    void incoming.answer();
    await clock.advance(10);
    expect(told).toEqual([]);
    expect(unhandled).toEqual([]);
  });

  test("is told once, by the rejection, to one who waits for it", async () => {
    const { connect, told, clock } = await setUp();
    const { call } = await connect();
    const waiting = [call.sendDtmf("x"), call.modify({}), call.hangUp({ statusCode: 200 })];
    for (const promise of waiting) expect(await rejection(promise)).toMatchObject({ code: "CONFIG_INVALID" });
    await expect(Promise.all([call.sendDtmf("x")])).rejects.toThrow(ClientError);
    await clock.advance(10);
    expect(told).toEqual([]);
  });

  test("answering twice refuses the second time and leaves the call alone", async () => {
    const { alice, bob, bobUri, settle, told, unhandled, clock } = await setUp();
    bob.onIncoming((incoming) => {
      void incoming.answer();
      void incoming.answer();
    });
    const call = await settle(alice.call(bobUri));
    await clock.advance(10);
    expect(call.phase).toBe("Connected");
    expect(told).toEqual(["bob: answer CALL_STATE_INVALID"]);
    expect(unhandled).toEqual([]);
  });
});
