import { ToneSource } from "@sidetone/media-core";
import { describe, expect, test } from "vitest";
import { listen, rejection, scenario } from "../support/scenario.ts";

const tone = (frequencyHz: number): ToneSource => new ToneSource({ frequenciesHz: [frequencyHz] });

describe("early media", () => {
  test("flows both ways before the answer, and goes on with it", async () => {
    const { alice, bobUri, nextIncoming, settle, clock, wire } = await scenario();
    const outgoing = alice.dial(bobUri);
    const early: boolean[] = [];
    outgoing.call.on("progress", ({ earlyMedia }) => early.push(earlyMedia));
    const incoming = await nextIncoming();
    incoming.ring({ earlyMedia: true });
    void incoming.call.play(tone(440));
    void outgoing.call.play(tone(660));
    const [callers, callees] = [listen(outgoing.call), listen(incoming.call)];
    await clock.advance(1500);
    expect([callers.toneHz(), callees.toneHz()]).toEqual([440, 660]);
    expect([outgoing.call.state, incoming.call.state]).toEqual(["Ringing", "IncomingPending"]);
    expect(early).toEqual([false, true]);
    expect(outgoing.call.codec).toBe("PCMU");
    void incoming.answer();
    const call = await settle(outgoing.answered);
    await clock.advance(1500);
    expect([callers.toneHz(), callees.toneHz()]).toEqual([440, 660]);
    // One stream from the first early packet on: SSRC and sequence go on.
    const ssrcs = new Set(
      wire.entries.filter(({ kind }) => kind === "RTP").map(({ from, summary }) => from + /SSRC \w+/.exec(summary)![0]),
    );
    expect(ssrcs.size).toBe(2);
    expect((await settle(call.hangUp())).statistics!.packetsLost).toBe(0);
  });

  test("of a call that is refused after all ends with it, and its ports are freed", async () => {
    const { alice, bobUri, nextIncoming, settle, clock, environments } = await scenario();
    const before = environments.bob.network.openSockets;
    const outgoing = alice.dial(bobUri);
    const incoming = await nextIncoming();
    incoming.ring({ earlyMedia: true });
    await clock.advance(500);
    expect(environments.bob.network.openSockets).toBe(before + 2);
    incoming.reject(486);
    expect(await settle(rejection(outgoing.answered))).toMatchObject({ code: "CALL_BUSY" });
    await clock.advance(10);
    expect(environments.bob.network.openSockets).toBe(before);
    expect(incoming.call.end!.statistics!.packetsSent).toBeGreaterThan(20);
  });

  test("cannot be sent to a caller who made no offer", async () => {
    const { alice, bobUri, nextIncoming, settle } = await scenario();
    const outgoing = alice.dial(bobUri, { lateOffer: true });
    const incoming = await nextIncoming();
    expect(incoming.remoteSdp).toBeUndefined();
    expect(() => incoming.ring({ earlyMedia: true })).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    void incoming.answer();
    const call = await settle(outgoing.answered);
    expect(call.codec).toBe("PCMU");
  });
});

describe("an INVITE without offer (RFC 3264 §4)", () => {
  test("the answer carries the offer, the ACK the answer, and audio flows both ways", async () => {
    const { alice, bob, bobUri, settle, clock, wire } = await scenario();
    bob.onIncoming(async (incoming) => {
      const call = await incoming.answer();
      void call.play(tone(440));
    });
    const call = await settle(alice.call(bobUri, { lateOffer: true }));
    void call.play(tone(660));
    const ears = [listen(call), listen(bob.calls[0]!)];
    await clock.advance(1500);
    expect(ears.map((ear) => ear.toneHz())).toEqual([440, 660]);
    const withBody = wire.entries
      .filter(({ kind, data }) => kind === "SIP" && data.includes("m=audio"))
      .map(({ data }) => String(data).split(" ", 1)[0]);
    expect(withBody).toEqual(["SIP/2.0", "ACK"]);
  });
});
