import { ClientManager, type ClientEvent } from "@sidetone/client-core";
import { describe, expect, test } from "vitest";
import { managers } from "../support/managers.ts";
import { external, rejection, scenario } from "../support/scenario.ts";

describe("calls by their ids", () => {
  test("are made, rung, answered, found and ended", async () => {
    const { a, b, bobUri, clock, settle } = await managers();
    b.subscribeToEvents();
    const call = await a.makeCall(bobUri, { subject: "Hi", metadata: { ticket: "42" } });
    expect(a.getCallsByState("Initiating")).toEqual([call]);
    await clock.advance(10);
    const [incoming] = b.getCallsByDirection("incoming");
    expect(b.getCallDetailed(incoming!.id)).toMatchObject({
      state: "IncomingPending",
      direction: "incoming",
      remote: { user: "alice" },
      durationMs: 0,
      capabilities: { canAnswer: true, canReject: true, canHangUp: true, canHold: false, canSendDtmf: false },
      end: undefined,
    });
    expect([a.getCallsByState("Ringing"), a.getActiveCalls(), b.getCallsByDirection("outgoing")]).toEqual([[call], [], []]);
    expect(await settle(b.answerCall(incoming!.id))).toBe(incoming);
    await clock.advance(1000);
    expect(a.getActiveCalls()).toEqual([call]);
    expect(a.getCallDetailed(call.id)).toMatchObject({
      state: "Connected",
      metadata: { ticket: "42" },
      media: { codec: "PCMU", dtmf: true },
    });
    expect(a.getCallDetailed(call).durationMs).toBeGreaterThan(990);
    expect(a.getCallCapabilities(call.id)).toEqual({
      canAnswer: false,
      canReject: false,
      canHangUp: true,
      canHold: true,
      canResume: false,
      canMute: true,
      canSendDtmf: true,
      canSendAudio: true,
    });
    const end = await settle(a.terminateCall(call.id));
    expect(end).toMatchObject({ cause: "HungUp" });
    expect([a.listCalls(), b.listCalls()]).toEqual([[], []]);
    expect(() => a.getCall(call.id)).toThrow(expect.objectContaining({ code: "CALL_NOT_FOUND" }));
    expect(a.getCallDetailed(call)).toMatchObject({
      state: "Terminated",
      end: { cause: "HungUp" },
      capabilities: { canHangUp: false, canMute: false },
    });
  });

  test("the deprecated names do the same", async () => {
    const { a, b, bobUri, clock, settle } = await managers();
    b.subscribeToEvents();
    const call = await a.makeCall(bobUri);
    await clock.advance(10);
    await settle(b.acceptCall(b.listCalls()[0]!.id));
    expect((await settle(a.hangupCall(call.id))).cause).toBe("HungUp");
  });

  test("are rejected with any code", async () => {
    const { a, b, bobUri, clock, settle } = await managers();
    b.subscribeToEvents();
    const call = await a.makeCall(bobUri);
    await clock.advance(10);
    const { id } = b.listCalls()[0]!;
    expect(await rejection(b.rejectCall(id, { statusCode: 200 }))).toMatchObject({ code: "CONFIG_INVALID" });
    await b.rejectCall(id, { statusCode: 603, reasonPhrase: "Never" });
    expect(await settle(call.ended)).toMatchObject({ statusCode: 603, reasonPhrase: "Never" });
  });

  test("that are not there, or not in the right state, say so", async () => {
    const { a, b, established } = await managers();
    const notFound = { code: "CALL_NOT_FOUND", isCallError: true };
    for (const attempt of [
      a.answerCall("call-x"),
      a.rejectCall("call-x"),
      a.terminateCall("call-x"),
      a.holdCall("call-x"),
      a.resumeCall("call-x"),
      a.sendDtmf("call-x", "1"),
      a.updateCallMedia("call-x", { codecs: ["PCMA"] }),
      a.previewSdpOffer("call-x"),
      a.sendAudioFrame("call-x", { samples: new Int16Array(1), sampleRate: 8000 }),
    ]) {
      expect(await rejection(attempt)).toMatchObject(notFound);
    }
    for (const attempt of [
      () => a.getCall("call-x"),
      () => a.getCallDetailed("__proto__"),
      () => a.isCallOnHold("call-x"),
      () => a.getMediaStatistics("call-x"),
      () => a.setMicrophoneMute("call-x", true),
      () => a.subscribeToAudioFrames("call-x"),
    ]) {
      expect(attempt).toThrow(expect.objectContaining({ code: "CALL_NOT_FOUND" }));
    }
    const { id, bobs } = await established();
    expect(await rejection(a.answerCall(id))).toMatchObject({ code: "CALL_STATE_INVALID" });
    expect(await rejection(b.rejectCall(bobs))).toMatchObject({ code: "CALL_STATE_INVALID" });
    expect(await rejection(a.makeCall("nobody at all"))).toMatchObject({ code: "SIP_URI_INVALID" });
  });

  test("that failed are in the history, and what became of them in the events", async () => {
    const { a, b, bobUri, settle } = await managers();
    b.handleEvents({ onIncomingCall: () => "Reject" });
    const events: ClientEvent[] = [];
    a.on("CallStateChanged", (event) => events.push(event));
    const call = await a.makeCall(bobUri);
    await settle(call.ended);
    const lost = await a.makeCall("sip:nobody@no-such-host.example");
    await settle(lost.ended);
    expect(events.map(({ state }) => state)).toEqual(["Initiating", "Failed", "Initiating", "Failed"]);
    expect(a.getCallHistory()).toMatchObject([
      { id: call.id, state: "Failed", end: { cause: "Refused", statusCode: 486, error: undefined } },
      { id: lost.id, state: "Failed", end: { cause: "Unreachable", error: { message: expect.any(String) as string } } },
    ]);
    expect(structuredClone(a.getCallHistory())).toEqual(a.getCallHistory());
    for (const { startedAtMs, endedAtMs } of a.getCallHistory()) expect(endedAtMs).toBeGreaterThanOrEqual(startedAtMs);
    expect(a.getClientStats()).toMatchObject({
      outgoingCalls: 2,
      incomingCalls: 0,
      endedCalls: 2,
      answeredCalls: 0,
      activeCalls: 0,
      currentCalls: 0,
    });
    expect(b.getClientStats()).toMatchObject({ incomingCalls: 1, endedCalls: 1 });
  });

  test("the history keeps the latest 1,000", async () => {
    const { alice, bob, bobUri, settle } = await scenario({ both: external });
    const a = new ClientManager(alice);
    bob.onIncoming((incoming) => incoming.reject(486));
    for (let i = 0; i < 1010; i++) await settle((await a.makeCall(bobUri, { sdp: "v=0\r\n", metadata: { n: String(i) } })).ended);
    const history = a.getCallHistory();
    expect([history.length, history[0]!.metadata, history.at(-1)!.metadata]).toEqual([1000, { n: "10" }, { n: "1009" }]);
  });
});

describe("hold and digits by id", () => {
  test("hold, resume, and who holds", async () => {
    const { a, b, established, settle, clock } = await managers();
    const { id, bobs } = await established();
    await settle(a.holdCall(id));
    await clock.advance(10);
    expect([a.isCallOnHold(id), b.isCallOnHold(bobs)]).toEqual([true, true]);
    expect([a.getCallHold(id), b.getCallHold(bobs)]).toEqual([
      { local: true, remote: false },
      { local: false, remote: true },
    ]);
    expect(a.getCallCapabilities(id)).toMatchObject({ canHold: false, canResume: true });
    expect(b.getCallCapabilities(bobs)).toMatchObject({ canHold: true, canResume: false, canSendAudio: false });
    await settle(a.resumeCall(id));
    expect(a.isCallOnHold(id)).toBe(false);
    const heard: string[] = [];
    b.on("DtmfReceived", ({ digit }) => heard.push(digit));
    await settle(a.sendDtmf(id, "42"));
    await clock.advance(200);
    expect(heard).toEqual(["4", "2"]);
  });
});

describe("a manager", () => {
  test("starts and stops, again and again, and its subscriptions go on", async () => {
    const { a, b, bobUri, settle, established } = await managers();
    const states: string[] = [];
    const reading = (async () => {
      for await (const { state, sequence } of a.subscribeToEvents({ types: ["CallStateChanged"] })) states.push(`${sequence > 0} ${state}`);
    })();
    await established();
    await settle(Promise.all([a.stop(), a.stop()]));
    expect(a.isRunning).toBe(false);
    expect(await rejection(a.makeCall(bobUri))).toMatchObject({ code: "CLIENT_STOPPED" });
    await settle(Promise.all([a.start(), a.start()]));
    expect(a.isRunning).toBe(true);
    b.handleEvents({ onIncomingCall: () => "Accept" });
    const call = await a.makeCall(bobUri);
    await settle(call.once("mediaActive"));
    await settle(a[Symbol.asyncDispose]());
    await reading;
    expect(states.map((state) => state.split(" ")[1])).toEqual([
      "Initiating",
      "Connected",
      "Terminating",
      "Terminated",
      "Initiating",
      "Connected",
      "Terminating",
      "Terminated",
    ]);
    expect(await rejection(a.start())).toMatchObject({ code: "CLIENT_STOPPED" });
    expect(a.snapshot().calls).toEqual([]);
  });

  test("is a façade: another one of the same client sees the same", async () => {
    const { a, alice, established } = await managers();
    const { id } = await established();
    const other = new ClientManager(alice);
    expect(other.getCall(id)).toBe(a.getCall(id));
    expect(other.snapshot()).toEqual(a.snapshot());
    expect(other.client).toBe(a.client);
  });
});
