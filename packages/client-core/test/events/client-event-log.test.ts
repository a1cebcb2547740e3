import type { ClientEvent, ClientEventLog, SubscribeOptions } from "@sidetone/client-core";
import { ToneSource } from "@sidetone/media-core";
import { describe, expect, test } from "vitest";
import { rejection, scenario } from "../support/scenario.ts";

/** Keeps the events of a subscription. */
function follow(log: ClientEventLog, options: SubscribeOptions = {}): { events: ClientEvent[]; done: Promise<unknown> } {
  const events: ClientEvent[] = [];
  const subscription = log.subscribe(options);
  const done = (async () => {
    for await (const event of subscription) events.push(event);
    return "over";
  })();
  return { events, done: done.catch((error: unknown) => error) };
}

const types = (events: readonly ClientEvent[]): string[] => events.map(({ type, state }) => `${type} ${state}`);

describe("the events of a client", () => {
  test("tell a call from beginning to end, on both sides", async () => {
    const { alice, bob, connect, settle, clock } = await scenario();
    const [alices, bobs] = [follow(alice.events), follow(bob.events)];
    const { call } = await connect();
    void call.play(new ToneSource({ frequenciesHz: [440], durationMs: 200 }));
    await clock.advance(500);
    await settle(call.hold());
    call.mute();
    await settle(call.hangUp());
    await clock.advance(100);
    expect(types(alices.events)).toEqual([
      "CallStateChanged Initiating",
      "SdpOfferGenerated Initiating",
      "MediaSessionStarted Initiating",
      "SdpAnswerProcessed Initiating",
      "CallStateChanged Connected",
      "AudioStarted Connected",
      "AudioStarted Connected",
      "AudioStopped Connected",
      "SdpOfferGenerated Connected",
      "MediaSessionUpdated Connected",
      "HoldStateChanged OnHold",
      "CallStateChanged OnHold",
      "SdpAnswerProcessed OnHold",
      "MicrophoneStateChanged OnHold",
      "CallStateChanged Terminating",
      "AudioStopped Terminated",
      "MediaSessionStopped Terminated",
      "CallStateChanged Terminated",
    ]);
    expect(types(bobs.events).filter((line) => !line.startsWith("Audio"))).toEqual([
      "IncomingCall IncomingPending",
      "MediaSessionStarted IncomingPending",
      "CallStateChanged Connected",
      "MediaSessionUpdated Connected",
      "HoldStateChanged OnHold",
      "CallStateChanged OnHold",
      "MediaSessionStopped Terminated",
      "CallStateChanged Terminated",
    ]);
    expect(alices.events.map(({ sequence }) => sequence)).toEqual(alices.events.map((_, index) => index + 1));
    expect(alices.events.at(-1)).toMatchObject({
      priority: "High",
      previousState: "Terminating",
      call: { direction: "outgoing", remote: { user: "bob" }, media: { codec: "PCMU" } },
      end: { cause: "HungUp", endedBy: "local", statistics: { packetsLost: 0 } },
    });
    for (const event of alices.events) expect(JSON.parse(JSON.stringify(event))).toMatchObject({ type: event.type });
    expect(structuredClone(alices.events)).toEqual(alices.events);
  });

  test("carry the wall-clock time of the environment", async () => {
    const { alice, connect, clock } = await scenario();
    await clock.advance(1234);
    void alice.events;
    const { call } = await connect();
    const [info] = alice.events.snapshot().calls;
    expect(info!.startedAtMs).toBe(Date.UTC(2026, 0, 1) + Math.round(call.startedAtMs));
    expect(info!.connectedAtMs! - info!.startedAtMs).toBe(Math.round(call.connectedAtMs! - call.startedAtMs));
  });

  test("begin when they are first asked for", async () => {
    const { alice, connect, settle } = await scenario();
    const { call } = await connect();
    expect(alice.events.lastSequence).toBe(0);
    expect(alice.events.snapshot().calls).toMatchObject([{ id: call.id, state: "Connected" }]);
    const { events } = follow(alice.events);
    await settle(call.hold());
    expect(types(events).at(-2)).toBe("CallStateChanged OnHold");
    expect(events.find(({ type }) => type === "CallStateChanged")).toMatchObject({ previousState: "Connected" });
  });

  test("tell a refused call, a cancelled one and a missed one", async () => {
    const { alice, bob, bobUri, settle, clock, nextIncoming } = await scenario();
    const { events } = follow(alice.events, { types: ["CallStateChanged"] });
    const { events: bobs } = follow(bob.events, { types: ["CallStateChanged"] });
    bob.onIncoming((incoming) => incoming.reject(603));
    await settle(rejection(alice.call(bobUri)));
    const outgoing = alice.dial(bobUri);
    await nextIncoming();
    await clock.advance(5);
    outgoing.cancel();
    await settle(outgoing.call.ended);
    await clock.advance(100);
    expect(events.map(({ state }) => state).join(" ")).toBe("Initiating Failed Initiating Ringing Terminating Cancelled");
    expect(bobs.map(({ state }) => state).join(" ")).toBe("Terminated Cancelled");
    expect(events[1]).toMatchObject({ end: { cause: "Refused", statusCode: 603 } });
  });

  test("tell that what plays has stopped before they tell the end", async () => {
    const { alice, connect, settle, clock } = await scenario();
    const { call } = await connect();
    const { events } = follow(alice.events, { types: ["AudioStarted", "AudioStopped", "CallStateChanged"] });
    const playing = call.play(new ToneSource({ frequenciesHz: [440] }));
    await clock.advance(500);
    await settle(call.hangUp());
    expect(await settle(playing)).toMatchObject({ completed: false });
    await clock.advance(10);
    expect(events.map((event) => `${event.type}${"direction" in event ? ` ${event.direction}` : ""}`)).toEqual([
      "AudioStarted sent",
      "AudioStarted received",
      "CallStateChanged",
      "AudioStopped sent",
      "AudioStopped received",
      "CallStateChanged",
    ]);
  });

  test("tell digits and mutes", async () => {
    const { bob, alice, connect, settle, clock } = await scenario();
    const { events } = follow(bob.events, { types: ["DtmfReceived", "SpeakerStateChanged"] });
    const { events: alices } = follow(alice.events, { types: ["DtmfSent"] });
    const { call, bobs } = await connect();
    await settle(call.sendDtmf("7#"));
    await clock.advance(200);
    bobs.setSpeakerMuted(true);
    bobs.setSpeakerMuted(false);
    await clock.advance(0);
    expect(events.map((event) => ("digit" in event ? event.digit : "muted" in event && event.muted))).toEqual(["7", "#", true, false]);
    expect(alices).toMatchObject([{ digits: "7#" }]);
  });

  test("tell quality when it changes noticeably, with cause and advice, and not each second", async () => {
    const { alice, connect, clock, network } = await scenario();
    const { events } = follow(alice.events, { types: ["MediaQualityChanged", "PacketLoss", "JitterChanged"] });
    await connect();
    await clock.advance(30_000);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ type: "MediaQualityChanged", band: "Excellent", cause: undefined, advice: undefined });
    network.setConditions("10.0.0.2", "10.0.0.1", { lossRate: 0.15 });
    await clock.advance(5000);
    network.setConditions("10.0.0.2", "10.0.0.1", {});
    const latest = events.findLast(({ type }) => type === "MediaQualityChanged");
    expect(latest).toMatchObject({ cause: "Loss", advice: expect.stringContaining("lost") as string });
    expect(["Poor", "Bad", "Fair"]).toContain((latest as { band: string }).band);
    await clock.advance(10_000);
    expect(events.findLast(({ type }) => type === "PacketLoss")).toMatchObject({ lossPercent: 0 });
    expect(events.findLast(({ type }) => type === "MediaQualityChanged")).toMatchObject({ band: "Excellent" });
  });

  test("tell a time-out and errors that a client lives without", async () => {
    const { alice, bob, connect, settle, clock, network } = await scenario({
      alice: { media: { timeoutSeconds: 5 } },
      onListenerError: "collect",
    });
    const { events } = follow(alice.events, { minPriority: "Normal", types: ["AudioStopped", "ErrorOccurred", "CallStateChanged"] });
    alice.on("callAdded", () => {
      throw new Error("listener broke");
    });
    const { call } = await connect();
    await clock.advance(1000);
    network.setConditions("10.0.0.2", "10.0.0.1", { lossRate: 1 });
    await clock.advance(6000);
    network.setConditions("10.0.0.2", "10.0.0.1", {});
    await settle(call.ended);
    await clock.advance(10);
    expect(types(events)).toEqual([
      "ErrorOccurred undefined",
      "CallStateChanged Initiating",
      "CallStateChanged Connected",
      "AudioStopped Connected",
      "CallStateChanged Terminating",
      "CallStateChanged Failed",
    ]);
    expect(events[0]).toMatchObject({ where: "callAdded", message: "listener broke", priority: "Critical" });
    expect(bob.isRunning).toBe(true);
  });

  test("a listener that causes an event has it told after the one he is told", async () => {
    const { alice, connect } = await scenario();
    const told: string[] = [];
    alice.events.on("CallStateChanged", ({ state, callId }) => {
      if (state === "Connected") alice.findCall(callId)!.mute();
    });
    alice.events.on("CallStateChanged", ({ state }) => told.push(state));
    alice.events.on("MicrophoneStateChanged", () => told.push("muted"));
    await connect();
    expect(told).toEqual(["Initiating", "Connected", "muted"]);
  });

  test("a listener that throws disturbs nothing, and is an event itself", async () => {
    const { alice, connect } = await scenario({ onListenerError: "collect" });
    const errors: string[] = [];
    alice.events.on("CallStateChanged", () => {
      throw new Error("listener broke");
    });
    alice.events.on("ErrorOccurred", ({ where, message }) => {
      errors.push(`${where}: ${message}`);
      throw new Error("this one fails too");
    });
    const { call } = await connect();
    expect(call.state).toBe("Connected");
    expect(errors).toEqual(["CallStateChanged: listener broke", "CallStateChanged: listener broke"]);
  });
});

describe("a subscription", () => {
  test("gets what its filter wants: calls, states, types, priority", async () => {
    const { alice, bob, bobUri, settle, connect, clock } = await scenario();
    const { call } = await connect();
    const all = follow(alice.events);
    const ofFirst = follow(alice.events, { callIds: [call.id] });
    const ended = follow(alice.events, { callStates: ["Terminated"] });
    const important = follow(alice.events, { minPriority: "High" });
    bob.onIncoming((incoming) => incoming.answer());
    const second = await settle(alice.call(bobUri));
    await settle(call.hangUp());
    await settle(second.hangUp());
    await clock.advance(10);
    expect(new Set(ofFirst.events.map(({ callId }) => callId))).toEqual(new Set([call.id]));
    expect(new Set(ended.events.map(({ state }) => state))).toEqual(new Set(["Terminated"]));
    expect(important.events).toEqual(all.events.filter(({ priority }) => priority === "High" || priority === "Critical"));
    expect(ofFirst.events.length + all.events.filter(({ callId }) => callId === second.id).length).toBe(all.events.length);
  });

  test("refuses a filter that makes no sense", async () => {
    const { alice } = await scenario();
    expect(() => alice.events.subscribe({ types: ["TransferRequest" as never] })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
    expect(() => alice.events.subscribe({ registrationId: ["1"] } as never)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(() => alice.events.subscribe({ minPriority: "Urgent" as never })).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });

  test("ends with its signal, with leaving the loop, and with the client's close", async () => {
    const { alice, settle, connect } = await scenario();
    const controller = new AbortController();
    const aborted = follow(alice.events, { signal: controller.signal });
    const left = (async () => {
      for await (const event of alice.events.subscribe()) return event.type;
      return undefined;
    })();
    const closed = follow(alice.events);
    await connect();
    expect(await left).toBe("CallStateChanged");
    const reason = new Error("enough");
    controller.abort(reason);
    expect(await aborted.done).toBe(reason);
    expect(await follow(alice.events, { signal: AbortSignal.abort(reason) }).done).toBe(reason);
    await settle(alice.close());
    expect(await closed.done).toBe("over");
    expect(closed.events.at(-1)).toMatchObject({ type: "CallStateChanged", state: "Terminated", end: { cause: "Closed" } });
    expect(await follow(alice.events).done).toBe("over");
  });

  test("a subscription that is disposed of gets no more", async () => {
    const { alice, connect } = await scenario();
    const subscription = alice.events.subscribe();
    await subscription[Symbol.asyncDispose]();
    await connect();
    expect(await subscription.next()).toEqual({ done: true, value: undefined });
  });

  test("from a sequence on gets what the log still has, then what follows", async () => {
    const { alice, connect, settle } = await scenario();
    const live = follow(alice.events);
    const { call } = await connect();
    const late = follow(alice.events, { fromSequence: 1 });
    const part = follow(alice.events, { fromSequence: 3, types: ["CallStateChanged"] });
    await settle(call.hangUp());
    await settle(alice.close());
    await Promise.all([live.done, late.done, part.done]);
    expect(late.events).toEqual(live.events);
    expect(part.events).toEqual(live.events.filter(({ sequence, type }) => sequence >= 3 && type === "CallStateChanged"));
  });

  test.each([0, -1, 1.5, 99])("from sequence %d, which the log has not, it ends with EVENTS_OVERRUN", async (fromSequence) => {
    const { alice, connect } = await scenario();
    void alice.events;
    await connect();
    const { events, done } = follow(alice.events, { fromSequence });
    expect(await done).toMatchObject({ code: "EVENTS_OVERRUN", recoveryAction: "Retry" });
    expect(events).toEqual([]);
  });

  test("of one that is too far behind: it gets what waits, then EVENTS_OVERRUN, and the log forgets its beginning", async () => {
    const { alice, connect, settle } = await scenario();
    const { call } = await connect();
    const subscription = alice.events.subscribe();
    for (let i = 0; i < 2100; i++) i % 2 === 0 ? call.mute() : call.unmute();
    const read: ClientEvent[] = [];
    const error = await rejection(
      (async () => {
        for await (const event of subscription) read.push(event);
      })(),
    );
    expect(error).toMatchObject({ code: "EVENTS_OVERRUN" });
    expect(read.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 2000 }, (_, index) => index + 1));
    expect(await follow(alice.events, { fromSequence: 1 }).done).toMatchObject({ code: "EVENTS_OVERRUN" });
    const kept = follow(alice.events, { fromSequence: 1101 });
    await settle(alice.close());
    await kept.done;
    expect(kept.events[0]!.sequence).toBe(1101);
  });

  test("of the figures of a call a slow reader gets the latest, in rising sequence", async () => {
    const { alice, connect, clock, network } = await scenario();
    const { call } = await connect();
    const subscription = alice.events.subscribe();
    for (let i = 0; i < 20; i++) {
      network.setConditions("10.0.0.2", "10.0.0.1", { lossRate: i % 2 === 0 ? 0.3 : 0 });
      await clock.advance(2000);
      if (i === 10) call.mute(); // figures come before it and after it
    }
    network.setConditions("10.0.0.2", "10.0.0.1", {});
    await subscription.next();
    const waiting: ClientEvent[] = [];
    for (let count = 0; count < 3; count++) waiting.push((await subscription.next()).value!);
    expect(waiting.map(({ type }) => type).toSorted()).toEqual(["MediaQualityChanged", "MicrophoneStateChanged", "PacketLoss"]);
    const sequences = waiting.map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
    expect(alice.events.lastSequence).toBeGreaterThan(20);
  });
});

describe("who subscribes to incoming calls decides about them", () => {
  test.each([
    ["all events", {}, 180],
    ["incoming calls", { types: ["IncomingCall"] }, 180],
    ["important events", { minPriority: "High" }, 180],
    ["media events", { types: ["MediaQualityChanged", "AudioStarted"] }, 480],
    ["one call", { callIds: ["call-1"] }, 480],
    ["calls that are connected", { callStates: ["Connected"] }, 480],
    ["errors", { minPriority: "Critical" }, 480],
  ] as const)("a subscriber to %s: %j", async (_what, filter, statusCode) => {
    const { alice, bob, bobUri, clock, settle } = await scenario();
    follow(bob.events, filter as SubscribeOptions);
    const outgoing = alice.dial(bobUri);
    const codes: number[] = [];
    outgoing.call.on("progress", (progress) => codes.push(progress.statusCode));
    await clock.advance(100);
    expect(outgoing.call.end?.statusCode ?? codes.at(-1)).toBe(statusCode);
    outgoing.cancel();
    await settle(outgoing.call.ended);
  });

  test("a listener for IncomingCall, until he is removed", async () => {
    const { alice, bob, bobUri, clock, settle } = await scenario();
    const remove = bob.events.on("IncomingCall", ({ callId }) => void bob.findIncoming(callId)!.answer());
    const call = await settle(alice.call(bobUri));
    expect(call.state).toBe("Connected");
    remove();
    expect(await settle(rejection(alice.call(bobUri)))).toMatchObject({ statusCode: 480 });
    await clock.advance(10);
  });
});
