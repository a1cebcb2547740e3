import { PCMU, type AudioCodec } from "@sidetone/media-core";
import { expect, test } from "vitest";
import { codecsCheck } from "../../../src/doctor/checks/codecs.ts";
import { surgery } from "../../support/examine.ts";

test("every codec there is gives back the tone that it was given", async () => {
  expect(await surgery().examine(codecsCheck())).toMatchObject([
    { code: "CODEC_WORKS", subject: "PCMU", data: { sampleRate: 8000, timesRealTime: null } },
    { code: "CODEC_WORKS", subject: "PCMA" },
  ]);
});

test("one that makes noise, or nothing, is broken", async () => {
  const silent: AudioCodec = { ...PCMU, createDecoder: () => ({ decode: () => 0, conceal: () => 0 }) };
  const noisy: AudioCodec = {
    ...PCMU,
    createDecoder: () => ({ decode: (_payload, target) => target.fill(7).length, conceal: () => 0 }),
  };
  const findings = await surgery().examine(codecsCheck([silent, noisy]));
  expect(findings).toMatchObject([
    { code: "CODEC_BROKEN", status: "problem" },
    { code: "CODEC_BROKEN", subject: "PCMU" },
  ]);
});

test("one that takes long is slow: measured, best of three", async () => {
  const { examine, here } = surgery();
  let nowMs = 0;
  const took = [1, 200, 120, 300]; // the first is for warming up
  const slow: AudioCodec = {
    ...PCMU,
    createEncoder: () => {
      nowMs += took.shift()!;
      return PCMU.createEncoder();
    },
  };
  const clock = Object.create(here.clock, { now: { value: () => nowMs } }) as typeof here.clock;
  const [found] = await examine(codecsCheck([slow]), { environment: { ...here, clock } });
  expect(found).toMatchObject({ code: "CODEC_SLOW", status: "note", data: { timesRealTime: 8.3 } });
  expect(found!.text).toBe("PCMU at 8 kHz works here, 8.3 times as fast as real time");
});
