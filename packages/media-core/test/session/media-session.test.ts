import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findTone, readWavFile, ToneSource, type AudioFrame, type MediaSession } from "@sidetone/media-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { mediaPair, type MediaPair } from "./media-pair.ts";

async function setUp(options: Parameters<typeof mediaPair>[0] = {}): Promise<MediaPair> {
  const pair = await mediaPair(options);
  onTestFinished(async () => {
    await pair.close();
    await pair.environment.clock.advance(500); // what is still on the wire arrives
    expect(pair.environment.clock.pendingTimers).toBe(0);
  });
  return pair;
}

/** Reads everything that a session hears from now on. */
function listen(session: MediaSession, sampleRate = 8000): { samples(): Int16Array } {
  const frames: AudioFrame[] = [];
  const input = session.openInput({ sampleRate, capacityFrames: 10_000 });
  void (async () => {
    for await (const frame of input) frames.push(frame);
  })();
  return { samples: () => Int16Array.from(frames.flatMap(({ samples }) => [...samples])) };
}

const tone = (hz: number): ToneSource => new ToneSource({ frequenciesHz: [hz], levelDbm0: -10 });

describe("a media session", () => {
  test("carries a tone each way at its frequency and level, without gaps", async () => {
    const { alice, bob, environment } = await setUp();
    alice.play(tone(440));
    bob.play(tone(1000));
    const [atAlice, atBob] = [listen(alice), listen(bob)];
    await environment.clock.advance(3000);
    const heard = atBob.samples().slice(8000);
    expect(findTone(heard, 8000)).toMatchObject({ hz: expect.closeTo(440, 0) });
    expect(findTone(atAlice.samples().slice(8000), 8000)?.hz).toBeCloseTo(1000, 0);
    // −10 dBm0 is 13.15 dB below a full-scale sine, itself 3.01 below full scale.
    expect(findTone(heard, 8000)!.levelDbfs).toBeCloseTo(-16.15, 0);
    for (let i = 0; i + 80 <= heard.length; i += 80) expect(Math.max(...heard.subarray(i, i + 80))).toBeGreaterThan(3000);
  });

  test("keeps the send position exact over 30 minutes", async () => {
    const { alice, bob, environment } = await setUp();
    await environment.clock.advance(1000);
    const before = alice.statistics();
    await environment.clock.advance(30 * 60_000);
    const after = alice.statistics();
    expect(after.samplesSent - before.samplesSent).toBe(30 * 60 * 8000);
    expect(after.packetsSent - before.packetsSent).toBe(30 * 60 * 50);
    expect(bob.statistics()).toMatchObject({ packetsLost: 0, packetsLate: 0, packetsReceived: after.packetsSent });
  }, 60_000);

  test("measures loss, jitter and round trip, and rates the call from them", async () => {
    const { alice, bob, bobHeard, environment } = await setUp();
    environment.virtualNetwork.setDefaultConditions({ delayMs: 40, jitterMs: 10, lossRate: 0.05 });
    await environment.clock.advance(30_000);
    const quality = bobHeard.qualities.at(-1)!;
    expect(quality.roundTripMs).toBeGreaterThan(79);
    expect(quality.roundTripMs).toBeLessThan(115);
    const total = bob.statistics();
    expect((100 * total.packetsLost) / (total.packetsReceived + total.packetsLost)).toBeGreaterThan(3);
    expect(total.mos).toBeGreaterThan(2.5);
    expect(total.mos).toBeLessThan(4.2);
    expect(total.framesConcealed).toBeGreaterThan(30);
    expect(alice.statistics().remoteLossPercent).toBeGreaterThan(0);
  });

  test("has no figure for what was not measured", async () => {
    const { bob, bobHeard, environment } = await setUp();
    environment.virtualNetwork.partition("10.0.0.1", "10.0.0.2");
    await environment.clock.advance(2100);
    expect(bobHeard.qualities.at(-1)).toMatchObject({
      mos: undefined,
      lossPercent: undefined,
      jitterMs: undefined,
      roundTripMs: undefined,
    });
    expect(bob.statistics()).toMatchObject({ mos: undefined, jitterMs: undefined });
  });

  test("sends digits that arrive once each, in order, through loss", async () => {
    const { alice, bobHeard, environment } = await setUp();
    environment.virtualNetwork.setDefaultConditions({ delayMs: 20, lossRate: 0.1, duplicateRate: 0.1 });
    const sent = alice.sendDtmf("159#*D0");
    await environment.clock.advance(5000);
    expect(await sent).toBe(true);
    expect(bobHeard.digits.map(({ digit }) => digit).join("")).toBe("159#*D0");
  });

  test.each([
    [60, false],
    [105, true], // the end was told once of three times
    [400, true],
  ])("digits of a session that is closed after %i ms count as sent: %s", async (afterMs, expected) => {
    const { alice, environment } = await setUp();
    await environment.clock.advance(500);
    const sent = alice.sendDtmf("5");
    await environment.clock.advance(afterMs);
    void alice.close();
    expect(await environment.clock.advanceUntil(sent)).toBe(expected);
  });

  test("muted sends silence and keeps its timing; unmuted is heard again", async () => {
    const { alice, bob, environment } = await setUp();
    alice.play(tone(440));
    alice.setMicrophoneMuted(true);
    const atBob = listen(bob);
    await environment.clock.advance(2000);
    expect(Math.max(...atBob.samples().slice(800).map(Math.abs))).toBeLessThan(10);
    expect(alice.statistics().packetsSent).toBeGreaterThan(98);
    alice.setMicrophoneMuted(false);
    await environment.clock.advance(1000);
    expect(findTone(atBob.samples().slice(-4000), 8000)?.hz).toBeCloseTo(440, 0);
  });

  test("with the speaker muted, every reader hears silence and packets still count", async () => {
    const { alice, bob, environment } = await setUp();
    alice.play(tone(440));
    bob.setSpeakerMuted(true);
    const atBob = listen(bob);
    await environment.clock.advance(2000);
    expect(Math.max(...atBob.samples().slice(320).map(Math.abs))).toBe(0);
    expect(bob.statistics().packetsReceived).toBeGreaterThan(90);
  });

  test("on hold sends silence only, hears nothing, and its time-out waits", async () => {
    const { alice, bob, aliceHeard, environment, negotiate } = await setUp({ mediaTimeoutMs: 3000 });
    alice.play(tone(440));
    await environment.clock.advance(1000);
    negotiate({ offer: "sendonly", held: true });
    const atBob = listen(bob);
    await environment.clock.advance(10_000);
    expect(Math.max(...atBob.samples().slice(1600).map(Math.abs))).toBeLessThan(10);
    expect(aliceHeard.timeouts).toBe(0);
    negotiate();
    await environment.clock.advance(1000);
    expect(findTone(atBob.samples().slice(-4000), 8000)?.hz).toBeCloseTo(440, 0);
    environment.virtualNetwork.partition("10.0.0.1", "10.0.0.2");
    await environment.clock.advance(4000);
    expect(aliceHeard.timeouts).toBe(1);
  });

  test("is heard by a peer that only listens: sendonly alone is no hold", async () => {
    const { alice, bob, environment, negotiate } = await setUp();
    negotiate({ offer: "sendonly", answer: "recvonly" });
    alice.play(tone(440));
    const atBob = listen(bob);
    await environment.clock.advance(1000);
    expect(findTone(atBob.samples().slice(-4000), 8000)?.hz).toBeCloseTo(440, 0);
  });

  test("changes the codec in mid-call without a new SSRC or a jump in time", async () => {
    const { alice, bob, environment, negotiate } = await setUp();
    alice.play(tone(440));
    const atBob = listen(bob);
    await environment.clock.advance(1000);
    negotiate({ codecs: ["PCMA"] });
    await environment.clock.advance(1000);
    expect(alice.statistics().codec).toBe("PCMA");
    expect(bob.statistics().packetsLost).toBe(0);
    expect(findTone(atBob.samples().slice(-4000), 8000)?.hz).toBeCloseTo(440, 0);
  });

  test("echoes what it hears, and plays what the application writes", async () => {
    const { alice, bob, environment } = await setUp();
    bob.setEcho(true);
    const samples = new Int16Array(24_000).map((_, i) => 8000 * Math.sin((2 * Math.PI * 600 * i) / 24_000));
    void alice.output.write(samples, { sampleRate: 24_000 });
    const atAlice = listen(alice, 16_000);
    await environment.clock.advance(800);
    expect(findTone(atAlice.samples().slice(-4000), 16_000)?.hz).toBeCloseTo(600, 0);
    const { playedMs, discardedMs } = alice.output.clear();
    expect(playedMs + discardedMs).toBeCloseTo(1000, 0);
  });

  test("drops and counts truncated and foreign packets, and goes on", async () => {
    const { alice, bob, environment } = await setUp();
    alice.play(tone(440));
    const atBob = listen(bob);
    const { rtpPort, rtcpPort } = await bob.open();
    await environment.clock.advance(1000);
    const stranger = environment.virtualNetwork.host("10.0.0.9");
    const socket = await stranger.bindDatagram(
      { address: "10.0.0.9", port: 4000 },
      { onDatagram: () => expect.unreachable(), onSocketError: () => {} },
    );
    for (let length = 0; length < 200; length++) {
      const garbage = Uint8Array.from({ length }, (_, i) => (i * 73 + length * 31) & 0xff);
      socket.send(garbage, rtpPort, "10.0.0.2");
      socket.send(garbage, rtcpPort, "10.0.0.2");
      if (length > 0) garbage[0] = 0x80;
      socket.send(garbage, rtpPort, "10.0.0.2");
    }
    await environment.clock.advance(1000);
    expect(bob.statistics()).toMatchObject({ packetsLost: 0 });
    expect(bob.statistics().packetsRejected).toBeGreaterThan(300);
    expect(findTone(atBob.samples().slice(-4000), 8000)?.hz).toBeCloseTo(440, 0);
    await environment.clock.advanceUntil(socket.close());
  });

  test("records both sides aligned, in two channels", async () => {
    const { alice, bob, environment } = await setUp();
    const path = join(mkdtempSync(join(tmpdir(), "sidetone-")), "call.wav");
    alice.play(tone(440));
    bob.play(tone(1000));
    const recording = await alice.record(path, { channels: "mix" });
    await environment.clock.advance(3000);
    await recording.stop();
    const { durationMs } = await recording.finished;
    expect(durationMs).toBeCloseTo(3000, -2);
    const { samples, sampleRate } = await readWavFile(path);
    expect(findTone(samples.subarray(8000), sampleRate, { fromHz: 300, toHz: 600 })?.hz).toBeCloseTo(440, 0);
    expect(findTone(samples.subarray(8000), sampleRate, { fromHz: 800, toHz: 1200 })?.hz).toBeCloseTo(1000, 0);
  });
});
