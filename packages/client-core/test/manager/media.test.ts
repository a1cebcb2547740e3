import { describe, expect, test } from "vitest";
import { managers } from "../support/managers.ts";
import { external, listen, rejection } from "../support/scenario.ts";

describe("audio by id", () => {
  test("mutes and volume", async () => {
    const { a, b, established, clock } = await managers();
    const { id, bobs } = await established();
    const ears = listen(b.getCall(bobs));
    a.startAudioTransmission(id, { mode: "tone", frequencyHz: 440 });
    await clock.advance(1000);
    expect(ears.toneHz()).toBe(440);
    a.setMicrophoneMute(id, true);
    b.setSpeakerMute(bobs, true);
    expect([a.getMicrophoneMute(id), a.getSpeakerMute(id), b.getSpeakerMute(bobs)]).toEqual([true, false, true]);
    a.setMicrophoneMute(id, false);
    await clock.advance(1000);
    expect(ears.toneHz()).toBeUndefined();
    b.setSpeakerMute(bobs, false);
    a.setVolume(id, { microphone: 0.5 });
    await clock.advance(1000);
    expect(ears.toneHz()).toBe(440);
    expect(() => a.setVolume(id, { speaker: -1 })).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });

  test("what a call sends: a tone, samples again and again, the application's frames, nothing", async () => {
    const { a, b, established, clock } = await managers();
    const { id, bobs } = await established();
    const ears = listen(b.getCall(bobs));
    const events: string[] = [];
    for (const type of ["AudioStarted", "AudioStopped"] as const) a.on(type, ({ direction }) => direction === "sent" && events.push(type));
    const sine = (hz: number): Int16Array => Int16Array.from({ length: 1600 }, (_, i) => 8000 * Math.sin((2 * Math.PI * hz * i) / 16_000));
    a.startAudioTransmission(id, { mode: "tone", frequencyHz: 660, levelDbm0: -20 });
    await clock.advance(1000);
    expect(ears.toneHz()).toBe(660);
    a.startAudioTransmission(id, { mode: "samples", samples: sine(300), sampleRate: 16_000, repeat: true });
    await clock.advance(1500);
    expect(ears.toneHz()).toBe(300);
    a.startAudioTransmission(id);
    for (let i = 0; i < 10; i++) void a.sendAudioFrame(id, { samples: sine(440), sampleRate: 16_000 });
    await clock.advance(900);
    expect(ears.toneHz()).toBe(440);
    void a.sendAudioFrame(id, { samples: new Int16Array(160_000).fill(5000), sampleRate: 16_000 });
    a.stopAudioTransmission(id);
    await clock.advance(1500);
    expect(ears.toneHz()).toBeUndefined();
    expect(events.filter((type) => type === "AudioStarted")).toHaveLength(2);
    expect(events.filter((type) => type === "AudioStopped")).toHaveLength(2);
  });

  test.each([{ mode: "tone", frequencyHz: 0 }, { mode: "samples", samples: new Int16Array(8), sampleRate: 1 }, { mode: "music" }])(
    "a transmission that makes no sense is refused: %j",
    async (transmission) => {
      const { a, established } = await managers();
      const { id } = await established();
      expect(() => a.startAudioTransmission(id, transmission as never)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    },
  );

  test("frames of what is heard", async () => {
    const { a, b, established, clock } = await managers();
    const { id, bobs } = await established();
    a.startAudioTransmission(id, { mode: "tone", frequencyHz: 440 });
    const frames = b.subscribeToAudioFrames(bobs, { sampleRate: 24_000 });
    await clock.advance(500);
    for await (const { sampleRate, samples } of frames) {
      expect([sampleRate, samples.length]).toEqual([24_000, 480]);
      break;
    }
  });
});

describe("codecs, statistics and quality by id", () => {
  test("what there is here is what can be encoded", async () => {
    const { a, established } = await managers();
    expect(a.getSupportedAudioCodecs()).toEqual([
      { name: "PCMU", clockRate: 8000, sampleRate: 8000, channels: 1, staticPayloadType: 0 },
      { name: "PCMA", clockRate: 8000, sampleRate: 8000, channels: 1, staticPayloadType: 8 },
    ]);
    expect(a.getMediaCapabilities()).toMatchObject({ dtmf: true, ptimesMs: [10, 20, 30, 40, 50, 60], encryption: false, video: false });
    a.setPreferredCodecs(["PCMA", "PCMU"]);
    expect(() => a.setPreferredCodecs(["G722"])).toThrow(expect.objectContaining({ code: "CODEC_UNSUPPORTED" }));
    const { id } = await established();
    expect(a.getCallCodecInfo(id)).toMatchObject({ name: "PCMA" });
    expect(a.getCallMediaInfo(id)).toMatchObject({
      codec: "PCMA",
      payloadType: 8,
      ptimeMs: 20,
      direction: "sendrecv",
      remoteAddress: "10.0.0.2",
    });
    expect(a.getNegotiatedMediaParams(id)).toMatchObject({ kind: "audio", accepted: true, sending: true, receiving: true });
  });

  test("figures are measured or absent", async () => {
    const { a, established, clock } = await managers();
    const { id } = await established();
    expect(a.getCallQuality(id)).toBeUndefined();
    expect(a.getMediaStatistics(id)!.qualityMetrics).toMatchObject({ mosScore: undefined, band: undefined, roundTripMs: undefined });
    await clock.advance(20_000);
    expect(a.getCallQuality(id)).toMatchObject({ codec: "PCMU", lossPercent: 0, band: "Excellent" });
    const { qualityMetrics, packetsReceived } = a.getMediaStatistics(id)!;
    expect(qualityMetrics).toMatchObject({ band: "Excellent", packetLossPercent: 0 });
    expect(qualityMetrics.mosScore).toBeGreaterThan(4);
    expect(a.getRtpStatistics(id)).toMatchObject({ packetsReceived, packetsLost: 0 });
    expect(a.getCallStatistics(id)).toMatchObject({ setupMs: expect.any(Number) as number, media: { codec: "PCMU" } });
    expect(a.getCallStatistics(id).durationMs).toBeGreaterThan(19_900);
  });

  test("with external media there are none", async () => {
    const { a, bobUri, settle } = await managers({ alice: external });
    const { id } = await a.makeCall(bobUri, { sdp: "v=0\r\n" });
    expect([a.getSupportedAudioCodecs(), a.getMediaCapabilities().dtmf, a.getCallMediaInfo(id)]).toEqual([[], false, undefined]);
    expect([a.getMediaStatistics(id), a.getRtpStatistics(id), a.getCallQuality(id), a.getCallCodecInfo(id)]).toEqual(
      Array(4).fill(undefined),
    );
    expect(a.getCallStatistics(id)).toEqual({ setupMs: undefined, durationMs: 0, media: undefined });
    expect(() => a.setPreferredCodecs(["PCMU"])).toThrow(expect.objectContaining({ code: "MEDIA_NOT_AVAILABLE" }));
    expect(() => a.startAudioTransmission(id)).toThrow(expect.objectContaining({ code: "MEDIA_NOT_AVAILABLE" }));
    expect(await rejection(a.previewSdpOffer(id))).toMatchObject({ code: "MEDIA_NOT_AVAILABLE" });
    expect(a.getCallCapabilities(id)).toMatchObject({ canMute: false, canHold: false });
    await settle(a.terminateCall(id));
  });
});

describe("descriptions by id", () => {
  test("a preview is what is then sent, and changes nothing by itself", async () => {
    const { a, b, established, settle, wire, clock } = await managers();
    const { id, bobs } = await established();
    wire.clear();
    const offer = await a.previewSdpOffer(id);
    const answer = await b.previewSdpAnswer(bobs, offer);
    await clock.advance(100);
    expect(wire.sipStartLines).toEqual([]);
    await settle(a.updateCallMedia(id, { codecs: ["PCMU", "PCMA"] }));
    const sent = wire.entries
      .filter(({ kind, data }) => kind === "SIP" && data.includes("m=audio"))
      .map(({ data }) => data.toString().split("\r\n\r\n")[1]);
    expect(sent).toEqual([offer, answer]);
  });

  test("the answer to a call that waits, which then binds what it names", async () => {
    const { a, b, bobUri, clock, settle, wire } = await managers();
    b.subscribeToEvents();
    await a.makeCall(bobUri);
    await clock.advance(10);
    const { id } = b.listCalls()[0]!;
    const preview = await b.previewSdpAnswer(id);
    await settle(b.answerCall(id));
    expect(wire.entries.find(({ summary }) => summary.includes("200 OK"))!.data.toString()).toContain(preview);
    expect(await rejection(b.previewSdpAnswer(id))).toMatchObject({ code: "CALL_STATE_INVALID" });
    expect(await rejection(b.previewSdpAnswer(id, "nonsense"))).toMatchObject({ code: "MEDIA_NEGOTIATION_FAILED" });
    const other = preview.replace(/RTP\/AVP .*/, "RTP/AVP 9").replace(/a=rtpmap.*\r\n/g, "");
    expect(await rejection(b.previewSdpAnswer(id, other))).toMatchObject({ code: "MEDIA_NO_COMMON_CODEC" });
  });

  test("a call is changed by updateCallMedia", async () => {
    const { a, b, established, settle, clock } = await managers();
    const { id, bobs } = await established();
    const updates: string[] = [];
    b.on("MediaSessionUpdated", ({ media }) => updates.push(media.codec));
    await settle(a.updateCallMedia(id, { codecs: ["PCMA"] }));
    await clock.advance(10);
    expect([a.getCallCodecInfo(id)!.name, b.getCallCodecInfo(bobs)!.name, updates]).toEqual(["PCMA", "PCMA", ["PCMA"]]);
  });
});
