import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findTone, readWavFile, ToneSource } from "@sidetone/media-core";
import { describe, expect, test } from "vitest";
import { listen, rejection, scenario, external } from "../support/scenario.ts";

const tone = (frequencyHz: number, durationMs?: number): ToneSource =>
  new ToneSource({ frequenciesHz: [frequencyHz], ...(durationMs === undefined ? {} : { durationMs }) });

const folder = mkdtempSync(join(tmpdir(), "sidetone-call-"));

describe("the audio of a call as data", () => {
  test("goes both ways at any rate, each reader on its own", async () => {
    const { connect, clock } = await scenario();
    const { call, bobs } = await connect();
    const sine = Int16Array.from({ length: 48_000 }, (_, i) => 8000 * Math.sin((2 * Math.PI * 440 * i) / 24_000));
    void call.audio.out.write(sine, { sampleRate: 24_000 });
    const heard: number[] = [];
    const rates = new Set<number>();
    const reader = bobs.audio.in({ sampleRate: 16_000 });
    const second = listen(bobs);
    void (async () => {
      for await (const { samples, sampleRate } of reader) {
        heard.push(...samples);
        rates.add(sampleRate);
      }
    })();
    await clock.advance(1500);
    expect([...rates]).toEqual([16_000]);
    expect(findTone(Int16Array.from(heard.slice(-8000)), 16_000)?.hz).toBeCloseTo(440, 0);
    expect(second.toneHz()).toBe(440);
  });

  test("is paced: write() resolves while little waits, and clear() silences with the next packet", async () => {
    const { connect, clock, settle } = await scenario();
    const { call, bobs } = await connect();
    const ears = listen(bobs);
    const second = new Int16Array(8000).fill(1000);
    let written = false;
    const writing = call.audio.out.write(second, { sampleRate: 8000 }).then((accepted) => (written = accepted));
    await clock.advance(500);
    expect(written).toBe(false);
    expect(call.audio.out.isPlaying).toBe(true);
    const { playedMs, discardedMs } = call.audio.out.clear();
    expect(playedMs).toBeGreaterThan(400);
    expect(playedMs + discardedMs).toBeCloseTo(1000, 0);
    expect(await settle(writing)).toBe(true);
    const before = ears.samples.filter((sample) => sample > 500).length;
    await clock.advance(1000);
    const after = ears.samples.filter((sample) => sample > 500).length;
    expect(after - before).toBeLessThan(8 * 120); // what was under way: the jitter buffer
  });

  test("ends with the call: readers end, writers hear false, and nothing throws", async () => {
    const { connect, settle } = await scenario();
    const { call } = await connect();
    const reading = (async () => {
      for await (const frame of call.audio.in()) void frame;
      return "over";
    })();
    const writing = call.audio.out.write(new Int16Array(80_000), { sampleRate: 8000 });
    await settle(call.hangUp());
    expect(await settle(reading)).toBe("over");
    expect(await settle(writing)).toBe(false);
    expect(await settle(call.audio.out.write(new Int16Array(80), { sampleRate: 8000 }))).toBe(false);
    expect(call.audio.out.clear()).toEqual({ playedMs: expect.any(Number) as number, discardedMs: 0 });
    await settle(call.audio.out.end());
  });

  test("asked for first when the call is over, has nothing to give and says so once", async () => {
    const { connect, settle } = await scenario();
    const { call } = await connect();
    await settle(call.hangUp());
    expect(() => call.audio.in()).toThrow(expect.objectContaining({ code: "CALL_ENDED" }));
    expect(await settle(call.audio.out.write(new Int16Array(80), { sampleRate: 8000 }))).toBe(false);
    expect(call.audio.out.queuedMs).toBe(0);
  });

  test("impossible options are the caller's mistake", async () => {
    const { connect } = await scenario();
    const { call } = await connect();
    expect(() => call.audio.in({ sampleRate: 12.5 })).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(() => call.audio.in({ capacityFrames: 0 })).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(await rejection(call.audio.out.write(new Int16Array(8), { sampleRate: -1 }))).toMatchObject({ code: "CONFIG_INVALID" });
    expect(() => call.setVolume({ microphone: 5 })).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });

  test("with external media there is none here", async () => {
    const { alice, bobUri, settle } = await scenario({ alice: external });
    const outgoing = alice.dial(bobUri, { sdp: "v=0\r\n" });
    const unavailable = expect.objectContaining({ code: "MEDIA_NOT_AVAILABLE" }) as unknown;
    expect(() => outgoing.call.audio.in()).toThrow(unavailable as Error);
    expect(() => outgoing.call.mute()).toThrow(unavailable as Error);
    expect(await rejection(outgoing.call.play(tone(440)))).toEqual(unavailable);
    expect(await rejection(outgoing.call.play("no-such.wav"))).toEqual(unavailable);
    expect(await rejection(outgoing.call.record(join(folder, "none.wav")))).toEqual(unavailable);
    expect(await rejection(outgoing.call.sendDtmf("1"))).toEqual(unavailable);
    expect(await rejection(outgoing.call.hold())).toEqual(unavailable);
    expect([outgoing.call.quality, outgoing.call.statistics(), outgoing.call.codec]).toEqual([undefined, undefined, undefined]);
    outgoing.cancel();
    await settle(outgoing.call.ended);
  });
});

describe("muting", () => {
  test("the microphone sends silence, and packets go on in time", async () => {
    const { connect, clock } = await scenario();
    const { call, bobs } = await connect();
    const ears = listen(bobs);
    void call.play(tone(440));
    await clock.advance(1000);
    const events: unknown[] = [];
    call.on("muteChanged", (muted) => events.push(muted));
    call.mute();
    call.mute();
    const sent = call.statistics()!.packetsSent;
    await clock.advance(1500);
    expect(ears.toneHz()).toBeUndefined();
    expect(call.statistics()!.packetsSent - sent).toBe(75);
    call.unmute();
    await clock.advance(1000);
    expect(ears.toneHz()).toBe(440);
    expect(events).toEqual([
      { microphone: true, speaker: false },
      { microphone: false, speaker: false },
    ]);
  });

  test("the speaker silences every reader; it is still counted and recorded", async () => {
    const { connect, clock } = await scenario();
    const { call, bobs } = await connect();
    const ears = listen(bobs);
    const path = join(folder, "speaker-muted.wav");
    const recording = await bobs.record(path, { channels: "separate" });
    void call.play(tone(440));
    bobs.setSpeakerMuted(true);
    const received = bobs.statistics()!.packetsReceived;
    await clock.advance(1500);
    expect(ears.toneHz()).toBeUndefined();
    expect(bobs.statistics()!.packetsReceived).toBeGreaterThan(received + 70);
    expect(bobs.muted).toEqual({ microphone: false, speaker: true });
    await recording.stop();
    const { samples } = await readWavFile(path);
    expect(findTone(samples.subarray(-4000), 8000)?.hz).toBeCloseTo(440, 0);
  });

  test("before the answer, takes effect when audio flows", async () => {
    const { alice, bobUri, nextIncoming, settle, clock } = await scenario();
    const outgoing = alice.dial(bobUri);
    outgoing.call.mute();
    void outgoing.call.play(tone(440));
    const incoming = await nextIncoming();
    const ears = listen(incoming.call);
    void incoming.answer();
    const call = await settle(outgoing.answered);
    await clock.advance(1500);
    expect(ears.toneHz()).toBeUndefined();
    call.unmute();
    await clock.advance(1500);
    expect(ears.toneHz()).toBe(440);
  });

  test("volume is a linear gain", async () => {
    const { connect, clock } = await scenario();
    const { call, bobs } = await connect();
    const ears = listen(bobs);
    const peak = (): number => Math.max(...ears.samples.slice(-1600).map(Math.abs));
    void call.play(tone(440));
    await clock.advance(1000);
    const whole = peak();
    call.setVolume({ microphone: 0.5 });
    await clock.advance(1000);
    expect(peak() / whole).toBeCloseTo(0.5, 1);
    bobs.setVolume({ speaker: 0.5 });
    await clock.advance(1000);
    expect(peak() / whole).toBeCloseTo(0.25, 1);
  });
});

describe("playing and recording", () => {
  test("play resolves at the end of the source, replaced when another begins", async () => {
    const { connect, settle } = await scenario();
    const { call } = await connect();
    const events: string[] = [];
    call.on("playbackStarted", () => events.push("started"));
    call.on("playbackEnded", ({ completed }) => events.push(`ended ${completed}`));
    const first = call.play(tone(440));
    const second = call.play(tone(660, 500));
    expect(await settle(first)).toMatchObject({ completed: false });
    expect(call.isPlaying).toBe(true);
    expect(await settle(second)).toEqual({ playedMs: 500, completed: true });
    expect(call.isPlaying).toBe(false);
    expect(events.toSorted()).toEqual(["ended false", "ended true", "started", "started"]);
  });

  test("a source that cannot be played is closed all the same", async () => {
    const { connect, settle } = await scenario();
    const { call } = await connect();
    await settle(call.hangUp());
    let closed = 0;
    const source = { read: () => 0, close: () => void closed++ };
    expect(await rejection(call.play(source))).toMatchObject({ code: "CALL_ENDED" });
    expect(closed).toBe(1);
  });

  test("stopPlaying ends it with the next packet", async () => {
    const { connect, settle, clock } = await scenario();
    const { call } = await connect();
    const playing = call.play(tone(440));
    await clock.advance(200);
    call.stopPlaying();
    expect(await settle(playing)).toMatchObject({ completed: false });
  });

  test("a signal stops the playing and rejects with its reason", async () => {
    const { connect, settle, clock } = await scenario();
    const { call } = await connect();
    const controller = new AbortController();
    const playing = rejection(call.play(tone(440), { signal: controller.signal }));
    await clock.advance(200);
    const reason = new Error("barge-in");
    controller.abort(reason);
    expect(await settle(playing)).toBe(reason);
    expect(await settle(rejection(call.play(tone(440), { signal: controller.signal })))).toBe(reason);
    expect(call.isPlaying).toBe(false);
  });

  test("a WAV file is played, looped when asked", async () => {
    const { connect, settle, clock } = await scenario();
    const { call } = await connect();
    const path = join(folder, "played.wav");
    const recording = await call.record(path);
    await settle(call.play(tone(440, 600)));
    await recording.stop();
    const { playedMs, completed } = await settle(call.play(path));
    expect([playedMs > 500, completed]).toEqual([true, true]);
    const started = call.once("playbackStarted");
    const looping = call.play(path, { loop: true });
    await started; // opening the file takes real time
    await clock.advance(5000);
    expect(call.isPlaying).toBe(true);
    call.stopPlaying();
    expect((await settle(looping)).playedMs).toBeGreaterThan(3000);
    expect(await rejection(call.play(tone(440), { loop: true }))).toMatchObject({ code: "CONFIG_INVALID" });
  });

  test.each([
    ["that is not there", join(folder, "missing.wav")],
    ["that is no WAV", join(folder, "not.wav")],
    ["that is a folder", folder],
  ])("a file %s is refused with advice, and the call goes on", async (_what, path) => {
    writeFileSync(join(folder, "not.wav"), "this is text, not audio");
    const { connect, settle } = await scenario();
    const { call } = await connect();
    const error = await settle(rejection(call.play(path)));
    expect(error).toMatchObject({ code: "MEDIA_FILE_UNUSABLE", recoveryAction: "AskUser" });
    expect(String(error)).toContain(path);
    expect(call.state).toBe("Connected");
  });

  test("a recording that cannot be created is refused", async () => {
    const { connect, settle } = await scenario();
    const { call } = await connect();
    expect(await settle(rejection(call.record(join(folder, "no-such-folder", "x.wav"))))).toMatchObject({ code: "MEDIA_FILE_UNUSABLE" });
  });

  test("the end of the call completes a recording of both sides", async () => {
    const { connect, settle, clock } = await scenario();
    const { call, bobs } = await connect();
    const path = join(folder, "both.wav");
    const recording = await call.record(path);
    void bobs.play(tone(440));
    await clock.advance(2000);
    await settle(call.hangUp());
    const { durationMs } = await recording.finished;
    expect(durationMs).toBeGreaterThan(1900);
    const { samples, sampleRate } = await readWavFile(path);
    expect(findTone(samples.subarray(-8000), sampleRate)?.hz).toBeCloseTo(440, 0);
    await recording.stop(); // idempotent
  });

  test("echo sends back what is heard", async () => {
    const { connect, clock } = await scenario();
    const { call, bobs } = await connect();
    bobs.setEcho(true);
    const ears = listen(call);
    void call.play(tone(440));
    await clock.advance(2000);
    expect(ears.toneHz()).toBe(440);
  });
});

describe("quality", () => {
  test("is undefined until measured, then loss, jitter, round trip and MOS", async () => {
    const { connect, clock, network } = await scenario();
    const { call, bobs } = await connect();
    expect(call.quality).toBeUndefined();
    void bobs.play(tone(440));
    await clock.advance(15_000);
    expect(call.quality).toMatchObject({ lossPercent: 0, codec: "PCMU" });
    expect(call.quality!.mos).toBeGreaterThan(4);
    expect(call.quality!.roundTripMs).toBeCloseTo(2, 0);
    network.setConditionsBetween("10.0.0.1", "10.0.0.2", { lossRate: 0.2 });
    const changes: number[] = [];
    call.on("qualityChanged", ({ lossPercent }) => changes.push(lossPercent!));
    await clock.advance(10_000);
    expect(changes).toHaveLength(10);
    expect(call.quality!.mos).toBeLessThan(3.6);
    network.setConditionsBetween("10.0.0.1", "10.0.0.2", {});
    expect(call.statistics()!.packetsLost).toBeGreaterThan(50);
  });
});
