import { describe, expect, test } from "vitest";
import { description } from "../support/descriptions.ts";
import { rejection, scenario } from "../support/scenario.ts";

describe("key presses (RFC 4733)", () => {
  test("are sent one after the other and read in order", async () => {
    const { connect, settle } = await scenario();
    const { call, bobs } = await connect();
    const told: string[] = [];
    call.on("dtmfSent", ({ digits }) => told.push(`sent ${digits}`));
    bobs.on("dtmfReceived", ({ digit }) => told.push(digit));
    await settle(Promise.all([call.sendDtmf("12#"), call.sendDtmf("*aD0")]));
    const read: string[] = [];
    void (async () => {
      for await (const { digit, durationMs } of bobs.dtmf) {
        read.push(digit);
        expect(durationMs).toBeCloseTo(100, -1);
      }
      read.push("over");
    })();
    await settle(call.hangUp());
    await settle(bobs.ended);
    expect(read.join("")).toBe("12#*AD0over");
    expect(told.filter((entry) => entry.length === 1).join("")).toBe("12#*AD0");
    expect(told.filter((entry) => entry.startsWith("sent"))).toEqual(["sent 12#", "sent *aD0"]);
  });

  test("survive loss: each press is heard once", async () => {
    const { connect, settle, network, clock } = await scenario({ seed: 7 });
    const { call, bobs } = await connect();
    network.setConditionsBetween("10.0.0.1", "10.0.0.2", { lossRate: 0.2, duplicateRate: 0.2, reorderRate: 0.1 });
    const heard: string[] = [];
    bobs.on("dtmfReceived", ({ digit }) => heard.push(digit));
    await settle(call.sendDtmf("1123580"));
    await clock.advance(500);
    network.setConditionsBetween("10.0.0.1", "10.0.0.2", {});
    expect(heard.join("")).toBe("1123580");
  });

  test("the last 64 that nobody has read are kept", async () => {
    const { connect, settle } = await scenario();
    const { call, bobs } = await connect();
    const digits = Array.from({ length: 70 }, (_, i) => String(i % 10)).join("");
    await settle(call.sendDtmf(digits, { durationMs: 40, gapMs: 40 }));
    await settle(call.hangUp());
    await settle(bobs.ended);
    let read = "";
    for await (const { digit } of bobs.dtmf) read += digit;
    expect(read).toBe(digits.slice(-64));
  });

  test("have one reader at a time, and a reader that comes after the end gets none", async () => {
    const { connect, settle } = await scenario();
    const { bobs, call } = await connect();
    const reader = bobs.dtmf[Symbol.asyncIterator]();
    const waiting = reader.next();
    expect(() => bobs.dtmf[Symbol.asyncIterator]()).toThrow(expect.objectContaining({ code: "CALL_STATE_INVALID" }));
    await settle(call.hangUp());
    await settle(bobs.ended);
    expect(await waiting).toEqual({ done: true, value: undefined });
    await reader.return!();
    for await (const press of bobs.dtmf) throw new Error(JSON.stringify(press));
  });

  test("that a reader leaves behind wait for the next one: a menu, then a number", async () => {
    const { connect, settle } = await scenario();
    const { bobs, call } = await connect();
    let choice = "";
    const chosen = (async () => {
      for await (const { digit } of bobs.dtmf) {
        choice = digit;
        break;
      }
    })();
    await settle(call.sendDtmf("142#", { durationMs: 40, gapMs: 40 }));
    await chosen;
    expect(choice).toBe("1");
    let entered = "";
    for await (const { digit } of bobs.dtmf) {
      if (digit === "#") break;
      entered += digit;
    }
    expect(entered).toBe("42");
    const reader = bobs.dtmf[Symbol.asyncIterator]();
    const waiting = reader.next();
    expect(await reader.return!()).toMatchObject({ done: true });
    expect(await waiting).toMatchObject({ done: true });
  });

  test.each(["", "12x", "1 2", "+49"])("%j is refused", async (digits) => {
    const { connect, settle } = await scenario();
    const { call } = await connect();
    expect(await settle(rejection(call.sendDtmf(digits)))).toMatchObject({ code: "CONFIG_INVALID" });
  });

  test("a peer without telephone-event takes none", async () => {
    const { alice, bob, bobUri, settle } = await scenario({
      bob: { media: "external", external: { answerOffer: () => description("10.0.0.2", 40_000, { formats: "0" }) } },
    });
    bob.onIncoming((incoming) => incoming.answer());
    const call = await settle(alice.call(bobUri));
    expect(await settle(rejection(call.sendDtmf("1")))).toMatchObject({ code: "MEDIA_NOT_AVAILABLE" });
  });

  test("a client without digits offers none", async () => {
    const { connect, settle, wire } = await scenario({ alice: { media: { dtmf: false } } });
    const { call } = await connect();
    expect(await settle(rejection(call.sendDtmf("1")))).toMatchObject({ code: "MEDIA_NOT_AVAILABLE" });
    expect(wire.entries.filter(({ data }) => data.includes("telephone-event"))).toEqual([]);
  });

  test("waiting digits of a call that ends are refused with CALL_ENDED", async () => {
    const { connect, settle, clock } = await scenario();
    const { call } = await connect();
    const sending = rejection(call.sendDtmf("1234567890"));
    await clock.advance(300);
    void call.hangUp();
    expect(await settle(sending)).toMatchObject({ code: "CALL_ENDED" });
    expect(await settle(rejection(call.sendDtmf("1")))).toMatchObject({ code: "CALL_ENDED" });
  });
});
