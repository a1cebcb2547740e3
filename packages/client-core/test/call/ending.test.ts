import { createClient, type Call, type CallEnded } from "@sidetone/client-core";
import { ToneSource } from "@sidetone/media-core";
import { virtualEnvironment } from "@sidetone/testkit";
import { describe, expect, test } from "vitest";
import { description } from "../support/descriptions.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { external, rejection, scenario } from "../support/scenario.ts";

/** Counts the ends that a call tells of, in every way that it does. */
function ends(call: Call): { events: CallEnded[]; resolved: () => Promise<CallEnded>; phases: string[] } {
  const events: CallEnded[] = [];
  const phases: string[] = [];
  call.on("ended", (end) => events.push(end));
  call.on("phaseChanged", ({ phase }) => phases.push(phase));
  return { events, phases, resolved: () => call.ended };
}

describe("the one end of a call", () => {
  test("hang-up crossing hang-up ends each side once, by its own wish", async () => {
    const { connect, settle, clock } = await scenario();
    const { call, bobs } = await connect();
    const told = [ends(call), ends(bobs)];
    const both = Promise.all([call.hangUp(), bobs.hangUp()]);
    await settle(both);
    await clock.advance(40_000);
    for (const { events, phases, resolved } of told) {
      expect(events).toHaveLength(1);
      expect(events[0]).toMatchObject({ cause: "HungUp", endedBy: "local" });
      expect(await resolved()).toBe(events[0]);
      expect(phases).toEqual(["Terminating", "Ended"]);
    }
  });

  test("CANCEL crossing the answer: a call for nobody, ended with BYE", async () => {
    const { alice, bobUri, nextIncoming, settle, signalling, clock } = await scenario();
    const outgoing = alice.dial(bobUri);
    const incoming = await nextIncoming();
    await clock.advance(5);
    const told = [ends(outgoing.call), ends(incoming.call)];
    void incoming.answer();
    await clock.advance(0.5); // the 200 is on its way
    outgoing.cancel();
    expect(await settle(rejection(outgoing.answered))).toMatchObject({ code: "CALL_CANCELLED" });
    await settle(incoming.call.ended);
    await clock.advance(40_000);
    expect(signalling()).toBe("INVITE 180 200 CANCEL ACK BYE 200 200");
    expect(told.map(({ events }) => events.map(({ cause, endedBy }) => `${cause} ${endedBy}`))).toEqual([
      ["Cancelled local"],
      ["HungUp remote"],
    ]);
  });

  test("hanging up before the ACK waits for it (RFC 3261 §15)", async () => {
    const { alice, bobUri, nextIncoming, settle, signalling, clock } = await scenario();
    const outgoing = alice.dial(bobUri);
    const incoming = await nextIncoming();
    await clock.advance(5);
    const told = ends(incoming.call);
    const answering = rejection(incoming.answer());
    await clock.advance(0);
    void incoming.call.hangUp();
    await settle(outgoing.call.ended);
    expect(await settle(answering)).toMatchObject({ code: "CALL_ENDED" });
    await clock.advance(40_000);
    expect(signalling()).toBe("INVITE 180 200 ACK BYE 200");
    expect(told.events).toHaveLength(1);
    expect(told.events[0]).toMatchObject({ cause: "HungUp", endedBy: "local" });
  });

  test("a caller that never acknowledges is given up after 64·T1", async () => {
    const { environments, bob, settle, clock } = await scenario();
    const peer = await new RawPeer(environments.alice.virtualNetwork.host("10.0.0.9"), "10.0.0.2").open();
    let failure!: Promise<unknown>;
    bob.onIncoming((incoming) => {
      failure = rejection(incoming.answer());
    });
    peer.send(invite("10.0.0.9", "10.0.0.2", description("10.0.0.9", 40_000)));
    await clock.advance(10);
    const call = bob.calls[0]!;
    const told = ends(call);
    expect(await settle(failure)).toMatchObject({ code: "CALL_ENDED" });
    await settle(call.ended);
    expect(told.events.map(({ cause, endedBy }) => `${cause} ${endedBy}`)).toEqual(["NoAck network"]);
    expect(call.state).toBe("Failed");
    expect(clock.now()).toBeGreaterThan(32_000);
    await peer.close();
  });

  test("a peer that no longer knows the call ends it: 481 to our re-INVITE (RFC 5057)", async () => {
    const { alice, environments, settle, clock } = await scenario();
    const peer = await new RawPeer(environments.alice.virtualNetwork.host("10.0.0.9"), "10.0.0.1").open();
    const outgoing = alice.dial(peer.uri);
    await clock.advance(10);
    peer.respond("INVITE", "200 OK", { body: description("10.0.0.9", 40_000) });
    const call = await settle(outgoing.answered);
    const told = ends(call);
    const holding = rejection(call.hold());
    await clock.advance(10);
    peer.respond("INVITE", "481 Call/Transaction Does Not Exist");
    expect(await settle(holding)).toMatchObject({ statusCode: 481 });
    await settle(call.ended);
    expect(told.events.map(({ cause, endedBy }) => `${cause} ${endedBy}`)).toEqual(["Gone network"]);
    await peer.close();
  });

  test("a silent peer cannot delay a disposal by more than 2 s, and the rest is done behind", async () => {
    const { connect, settle, clock, network } = await scenario();
    const { call, bobs } = await connect();
    network.partition("10.0.0.2");
    const from = clock.now();
    await settle(call[Symbol.asyncDispose]());
    expect(clock.now() - from).toBeCloseTo(2000, -1);
    expect(call.state).toBe("Terminating");
    await settle(call.ended);
    expect(call.end).toMatchObject({ cause: "HungUp", endedBy: "local" });
    expect(clock.now() - from).toBeCloseTo(32_000, -2);
    network.heal();
    await settle(bobs.hangUp());
  });

  test("disposal of a call that is over is done at once", async () => {
    const { connect, settle } = await scenario();
    const { call } = await connect();
    await settle(call.hangUp());
    await call[Symbol.asyncDispose]();
    await call[Symbol.asyncDispose]();
    expect(await call.hangUp()).toBe(call.end);
  });

  test("carries the peer's Reason (RFC 3326)", async () => {
    const { connect, settle } = await scenario();
    const { call, bobs } = await connect();
    void bobs.hangUp({ headers: [["Reason", 'Q.850;cause=16;text="Normal clearing"']] });
    expect(await settle(call.ended)).toMatchObject({ reasonHeader: 'Q.850;cause=16;text="Normal clearing"' });
  });

  test("as long as was allowed: a call is hung up by maxCallSeconds", async () => {
    const { connect, settle, clock } = await scenario({ bob: { maxCallSeconds: 60 } });
    const { call, bobs } = await connect();
    await clock.advance(59_000);
    expect(call.state).toBe("Connected");
    await settle(call.ended);
    expect(call.end).toMatchObject({ cause: "HungUp", endedBy: "remote" });
    expect(await settle(bobs.ended)).toMatchObject({ cause: "DurationLimit", endedBy: "local" });
    expect(bobs.state).toBe("Terminated");
  });
});

describe("media time-out", () => {
  test("ends a call that falls silent, with its cause", async () => {
    const { connect, settle, clock, network } = await scenario({ alice: { media: { timeoutSeconds: 10 } } });
    const { call } = await connect();
    const timeouts: number[] = [];
    call.on("mediaTimedOut", ({ idleMs }) => timeouts.push(idleMs));
    await clock.advance(30_000);
    expect(call.state).toBe("Connected");
    network.setConditions("10.0.0.2", "10.0.0.1", { lossRate: 1 });
    await clock.advance(9000);
    expect(call.state).toBe("Connected");
    await clock.advance(1500);
    network.setConditions("10.0.0.2", "10.0.0.1", {});
    expect(await settle(call.ended)).toMatchObject({ cause: "MediaTimeout", endedBy: "local" });
    expect(timeouts).toHaveLength(1);
    expect(timeouts[0]).toBeCloseTo(10_000, -2);
    expect(call.state).toBe("Failed");
  });

  test.each(["local", "remote"])("pauses while the call is on %s hold, and counts anew", async (who) => {
    const { connect, settle, clock, network } = await scenario({ alice: { media: { timeoutSeconds: 10 } } });
    const { call, bobs } = await connect();
    await settle(who === "local" ? call.hold() : bobs.hold());
    await clock.advance(60_000);
    expect(call.state).toBe("OnHold");
    await settle(who === "local" ? call.resume() : bobs.resume());
    network.setConditions("10.0.0.2", "10.0.0.1", { lossRate: 1 });
    await clock.advance(9000);
    expect(call.state).toBe("Connected");
    await clock.advance(2000);
    expect(call.phase).not.toBe("Connected");
    network.setConditions("10.0.0.2", "10.0.0.1", {});
    await settle(call.ended);
  });
});

describe("a corrupted session description", () => {
  const broken = ["this is no SDP", "v=0\r\n", "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nt=0 0\r\nm=audio nothing RTP/AVP 0\r\n"];

  test.each(broken)("in an INVITE is refused with 488 or 400, and no port is left (%#)", async (sdp) => {
    const { alice, bob, bobUri, settle, environments, clock } = await scenario({ alice: external });
    const before = environments.bob.network.openSockets;
    const failures: unknown[] = [];
    bob.on("errorOccurred", ({ error }) => failures.push(error));
    bob.onIncoming(async (incoming) => {
      await incoming.answer();
    });
    const outgoing = alice.dial(bobUri, { sdp });
    const error = (await settle(rejection(outgoing.answered))) as { statusCode: number };
    expect([400, 488]).toContain(error.statusCode);
    await clock.advance(100);
    expect(environments.bob.network.openSockets).toBe(before);
    expect([bob.callCount, failures]).toEqual([0, []]);
  });

  test.each(broken)("in an answer ends the call with BYE and a clear error (%#)", async (sdp) => {
    const { alice, bob, bobUri, settle, environments, clock } = await scenario({
      bob: { ...external, external: { answerOffer: () => sdp } },
    });
    const before = environments.alice.network.openSockets;
    bob.onIncoming((incoming) => incoming.answer());
    const outgoing = alice.dial(bobUri);
    expect(await settle(rejection(outgoing.answered))).toMatchObject({ code: "MEDIA_NEGOTIATION_FAILED" });
    expect(await settle(outgoing.call.ended)).toMatchObject({ cause: "MediaFailed", endedBy: "local" });
    await clock.advance(100);
    expect(environments.alice.network.openSockets).toBe(before);
    expect(bob.callCount).toBe(0);
  });

  test("in a re-INVITE is refused with 488, and the call goes on", async () => {
    const { alice, bob, bobUri, settle } = await scenario({ alice: external });
    bob.onIncoming((incoming) => incoming.answer());
    const call = await settle(alice.call(bobUri, { sdp: description("10.0.0.1", 30_000) }));
    expect(await settle(rejection(call.modify({ sdp: "garbage" })))).toMatchObject({ code: "CALL_MODIFICATION_REFUSED", statusCode: 488 });
    expect([call.state, bob.calls[0]!.state]).toEqual(["Connected", "Connected"]);
    expect(bob.calls[0]!.negotiatedMedia!.remotePort).toBe(30_000);
  });

  test("no codec in common is 488 with its name on both sides", async () => {
    const { alice, bob, bobUri, settle } = await scenario({ alice: { media: { codecs: ["PCMU"] } }, bob: { media: { codecs: ["PCMA"] } } });
    let answering!: Promise<unknown>;
    bob.onIncoming((incoming) => {
      answering = rejection(incoming.answer());
    });
    const outgoing = alice.dial(bobUri);
    expect(await settle(rejection(outgoing.answered))).toMatchObject({ code: "MEDIA_NEGOTIATION_FAILED", statusCode: 488 });
    expect(await answering).toMatchObject({ code: "MEDIA_NO_COMMON_CODEC" });
  });
});

describe("many calls in one process", () => {
  test("several clients call each other at the same time without noticing", async () => {
    const { alice, bob, bobUri, aliceUri, settle, environments, clock } = await scenario();
    const carol = await settle(
      createClient({ environment: virtualEnvironment({ host: "10.0.0.3", beside: environments.alice }), listen: "10.0.0.3:0" }),
    );
    for (const client of [alice, bob, carol]) client.onIncoming((incoming) => incoming.answer());
    const calls = await settle(
      Promise.all([
        ...Array.from({ length: 5 }, () => alice.call(bobUri)),
        ...Array.from({ length: 5 }, () => bob.call(carol.uri)),
        ...Array.from({ length: 5 }, () => carol.call(aliceUri)),
      ]),
    );
    for (const call of calls) void call.play(new ToneSource({ frequenciesHz: [440], durationMs: 1000 }));
    await clock.advance(2000);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(15);
    const ended = await settle(Promise.all(calls.map((call) => call.hangUp())));
    for (const { cause, statistics } of ended) expect([cause, statistics!.packetsLost]).toEqual(["HungUp", 0]);
    expect([alice, bob, carol].map(({ callCount }) => callCount)).toEqual([0, 0, 0]);
    await settle(carol.close());
  });
});

function invite(from: string, to: string, body: string): string {
  return [
    `INVITE sip:bob@${to} SIP/2.0`,
    `Via: SIP/2.0/UDP ${from}:5060;branch=z9hG4bK1`,
    "Max-Forwards: 70",
    `From: <sip:raw@${from}>;tag=raw`,
    `To: <sip:bob@${to}>`,
    "Call-ID: raw-1",
    "CSeq: 1 INVITE",
    `Contact: <sip:raw@${from}>`,
    "Content-Type: application/sdp",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "",
    body,
  ].join("\r\n");
}
