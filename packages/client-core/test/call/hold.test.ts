import { ToneSource } from "@sidetone/media-core";
import { describe, expect, test } from "vitest";
import { description } from "../support/descriptions.ts";
import { listen, rejection, scenario } from "../support/scenario.ts";

const tone = (frequencyHz: number): ToneSource => new ToneSource({ frequenciesHz: [frequencyHz] });

/** The direction attributes of the session descriptions sent since the log was cleared. */
function directions(wire: { entries: readonly { kind: string; data: Buffer }[] }): string {
  return wire.entries
    .filter(({ kind }) => kind === "SIP")
    .flatMap(({ data }) => /^a=(sendrecv|sendonly|recvonly|inactive)\r$/m.exec(data.toString("latin1"))?.[1] ?? [])
    .join(" ");
}

describe("hold (RFC 3264 §8.4)", () => {
  test("silences the held side, tells both, and resumes", async () => {
    const { connect, settle, clock, wire } = await scenario();
    const { call, bobs } = await connect();
    const told: string[] = [];
    call.on("holdChanged", ({ local, remote }) => told.push(`alice ${local} ${remote}`));
    bobs.on("holdChanged", ({ local, remote }) => told.push(`bob ${local} ${remote}`));
    const [alices, bobsEars] = [listen(call), listen(bobs)];
    void call.play(tone(440));
    void bobs.play(tone(660));
    await clock.advance(1500);
    expect([alices.toneHz(), bobsEars.toneHz()]).toEqual([660, 440]);

    wire.clear();
    await settle(call.hold());
    expect(directions(wire)).toBe("sendonly recvonly");
    expect([call.state, bobs.state]).toEqual(["OnHold", "OnHold"]);
    expect([call.holding, bobs.holding]).toEqual([
      { local: true, remote: false },
      { local: false, remote: true },
    ]);
    await clock.advance(1500);
    expect([alices.toneHz(), bobsEars.toneHz()]).toEqual([undefined, undefined]);

    wire.clear();
    await settle(call.resume());
    expect(directions(wire)).toBe("sendrecv sendrecv");
    await clock.advance(1500);
    expect([alices.toneHz(), bobsEars.toneHz()]).toEqual([660, 440]);
    expect(told).toEqual(["bob false true", "alice true false", "bob false false", "alice false false"]);
    expect(call.state).toBe("Connected");
  });

  test("by both sides: inactive, and each resumes for itself", async () => {
    const { connect, settle, wire, clock } = await scenario();
    const { call, bobs } = await connect();
    await settle(call.hold());
    wire.clear();
    await settle(bobs.hold());
    expect(directions(wire)).toBe("inactive inactive");
    expect([call.holding, bobs.holding]).toEqual([
      { local: true, remote: true },
      { local: true, remote: true },
    ]);
    wire.clear();
    await settle(call.resume());
    expect(directions(wire)).toBe("recvonly sendonly");
    expect([call.holding, bobs.holding]).toEqual([
      { local: false, remote: true },
      { local: true, remote: false },
    ]);
    await settle(bobs.resume());
    await clock.advance(10);
    expect([call.state, bobs.state]).toEqual(["Connected", "Connected"]);
    const ears = [listen(call), listen(bobs)];
    void call.play(tone(440));
    void bobs.play(tone(660));
    await clock.advance(1500);
    expect(ears.map((ear) => ear.toneHz())).toEqual([660, 440]);
  });

  test("a hold of both sides at the same moment ends with both holding (491, RFC 3261 §14.1)", async () => {
    const { connect, settle, signalling, clock } = await scenario();
    const { call, bobs } = await connect();
    await settle(Promise.all([call.hold(), bobs.hold()]));
    await clock.advance(100);
    expect(signalling()).toContain("491");
    expect([call.holding, bobs.holding]).toEqual([
      { local: true, remote: true },
      { local: true, remote: true },
    ]);
    await settle(Promise.all([call.resume(), bobs.resume()]));
    await clock.advance(100);
    expect([call.state, bobs.state]).toEqual(["Connected", "Connected"]);
  });

  test("hold and resume asked for at once are done in turn", async () => {
    const { connect, settle, signalling, wire } = await scenario();
    const { call, bobs } = await connect();
    wire.clear();
    const states: boolean[] = [];
    bobs.on("holdChanged", ({ remote }) => states.push(remote));
    await settle(Promise.all([call.hold(), call.resume(), call.hold()]));
    expect(states).toEqual([true, false, true]);
    expect(signalling()).toBe("INVITE 200 ACK INVITE 200 ACK INVITE 200 ACK");
    expect(call.holding.local).toBe(true);
  });

  test("holding twice sends nothing the second time", async () => {
    const { connect, settle, signalling, wire } = await scenario();
    const { call } = await connect();
    await settle(call.hold());
    wire.clear();
    await settle(call.hold());
    expect(signalling()).toBe("");
  });

  test("refused with 488, nothing changes and audio goes on", async () => {
    let offers = 0;
    const { alice, bob, bobUri, settle, clock, environments } = await scenario({
      bob: {
        media: "external",
        external: {
          answerOffer: () => {
            if (++offers > 1) throw new Error("no changes here");
            return description("10.0.0.2", 40_000);
          },
        },
      },
    });
    let packets = 0;
    const socket = await environments.bob.network.bindDatagram(
      { address: "10.0.0.2", port: 40_000 },
      { onDatagram: () => packets++, onSocketError: () => {} },
    );
    bob.onIncoming((incoming) => incoming.answer());
    const call = await settle(alice.call(bobUri));
    const told: unknown[] = [];
    call.on("holdChanged", (hold) => told.push(hold));
    call.on("mediaNegotiated", (media) => told.push(media));
    const error = await settle(rejection(call.hold()));
    expect(error).toMatchObject({ code: "CALL_MODIFICATION_REFUSED", statusCode: 488, isRecoverable: true });
    expect(told).toEqual([]);
    expect([call.state, call.holding.local]).toEqual(["Connected", false]);
    packets = 0;
    await clock.advance(1000);
    expect(packets).toBeGreaterThanOrEqual(49);
    await settle(call.hangUp());
    await socket.close();
  });

  test("a codec change that the peer refuses leaves the old codec running", async () => {
    const { connect, settle, clock } = await scenario({ bob: { media: { codecs: ["PCMU"] } } });
    const { call, bobs } = await connect();
    const ears = listen(bobs);
    void call.play(tone(440));
    expect(await settle(rejection(call.modify({ codecs: ["PCMA"] })))).toMatchObject({
      code: "CALL_MODIFICATION_REFUSED",
      statusCode: 488,
    });
    await clock.advance(1500);
    expect([call.codec, bobs.codec, ears.toneHz()]).toEqual(["PCMU", "PCMU", 440]);
    await settle(call.hold()); // offers what stands, not what was refused
    expect(call.state).toBe("OnHold");
  });

  test("an offer of the peer's while a hold waits is answered as things stand", async () => {
    const { connect, settle, clock } = await scenario();
    const { call, bobs } = await connect();
    // Bob's re-INVITE arrives while alice's is refused with 491 and waits: bob is not to be told that alice holds before she does.
    const holding = call.hold();
    const changed: string[] = [];
    bobs.on("holdChanged", ({ local, remote }) => changed.push(`${local} ${remote}`));
    await settle(Promise.all([holding, bobs.modify({ codecs: ["PCMA"] })]));
    await clock.advance(100);
    expect(changed).toEqual(["false true"]);
    expect([call.codec, bobs.codec]).toEqual(["PCMA", "PCMA"]);
    expect(call.holding).toEqual({ local: true, remote: false });
  });

  test("is refused before the answer, and after the end", async () => {
    const { alice, bobUri, nextIncoming, settle } = await scenario();
    const outgoing = alice.dial(bobUri);
    const incoming = await nextIncoming();
    expect(await settle(rejection(outgoing.call.hold()))).toMatchObject({ code: "CALL_STATE_INVALID" });
    expect(await settle(rejection(incoming.call.resume()))).toMatchObject({ code: "CALL_STATE_INVALID" });
    incoming.reject();
    await settle(outgoing.call.ended);
    expect(await settle(rejection(outgoing.call.hold()))).toMatchObject({ code: "CALL_ENDED" });
  });

  test("a call that ends while the peer is asked rejects with CALL_ENDED", async () => {
    const { connect, settle } = await scenario();
    const { call, bobs } = await connect();
    const held = rejection(call.hold());
    void bobs.hangUp();
    expect(await settle(held)).toMatchObject({ code: "CALL_ENDED" });
  });

  test("digits and playing go on to be sent as silence while held, and end with the call", async () => {
    const { connect, settle, clock } = await scenario();
    const { call, bobs } = await connect();
    await settle(call.hold());
    const playing = call.play(tone(440));
    await clock.advance(500);
    await settle(call.hangUp());
    expect(await settle(playing)).toMatchObject({ completed: false });
    expect(bobs.end).toBeDefined();
  });
});

describe("changing the codecs of a call", () => {
  test("offers the codecs asked for, and the audio goes on", async () => {
    const { connect, settle, clock } = await scenario();
    const { call, bobs } = await connect();
    const ears = listen(bobs);
    void call.play(tone(440));
    expect(call.codec).toBe("PCMU");
    await settle(call.modify({ codecs: ["PCMA"] }));
    await clock.advance(1500);
    expect([call.codec, bobs.codec]).toEqual(["PCMA", "PCMA"]);
    expect(ears.toneHz()).toBe(440);
    await settle(call.hold());
    expect(call.codec).toBe("PCMA");
  });

  test("an unknown codec is refused at once", async () => {
    const { connect, settle, signalling, wire } = await scenario();
    const { call } = await connect();
    wire.clear();
    expect(await settle(rejection(call.modify({ codecs: ["opus"] })))).toMatchObject({ code: "CODEC_UNSUPPORTED" });
    expect(await settle(rejection(call.modify({})))).toMatchObject({ code: "CONFIG_INVALID" });
    expect(await settle(rejection(call.modify({ sdp: "v=0", codecs: ["PCMA"] })))).toMatchObject({ code: "CONFIG_INVALID" });
    expect(await settle(rejection(call.modify({ sdp: "v=0" })))).toMatchObject({ code: "CALL_STATE_INVALID" });
    expect(signalling()).toBe("");
  });
});
