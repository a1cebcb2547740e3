import { describe, expect, test } from "vitest";
import {
  findTone,
  progressTones,
  rmsDbfs,
  SilenceSource,
  toneLevel,
  ToneSource,
  type AudioSource,
  type ToneOptions,
} from "@sidetone/media-core";
import { largestStep } from "../signals.ts";

function setUp(options: ToneOptions) {
  const source = new ToneSource(options);
  return { source, read: (milliseconds: number, rate = 8000) => read(source, milliseconds, rate) };
}

function read(source: AudioSource, milliseconds: number, rate: number): Int16Array {
  const output = new Int16Array((milliseconds * rate) / 1000);
  const frame = rate / 50;
  for (let at = 0; at < output.length; at += frame) {
    const target = output.subarray(at, at + frame);
    target.fill(0, source.read(target, rate));
  }
  return output;
}

/** A full-scale sine is 3.14 dBm0 and −3.01 dBFS. */
const dbfsOf = (dbm0: number) => dbm0 - 3.14 - 3.01;

describe("tone player", () => {
  test.each([
    { hz: 440, levelDbm0: -10, rate: 8000 },
    { hz: 1004, levelDbm0: 0, rate: 8000 },
    { hz: 3000, levelDbm0: -40, rate: 16_000 },
    { hz: 440, levelDbm0: 3.14, rate: 48_000 },
  ])("plays $hz Hz at $levelDbm0 dBm0 at $rate Hz", ({ hz, levelDbm0, rate }) => {
    const tone = setUp({ frequenciesHz: [hz], levelDbm0 }).read(500, rate);
    const found = findTone(tone, rate)!;
    expect(found.hz).toBeCloseTo(hz, 1);
    expect(found.levelDbfs).toBeCloseTo(dbfsOf(levelDbm0), 1);
  });

  test("keeps phase and level for an hour", () => {
    const { source } = setUp({ frequenciesHz: [440.1] });
    const long = new Int16Array(8000 * 60);
    for (let minute = 0; minute < 60; minute++) source.read(long, 8000);
    source.read(new Int16Array(13), 8000);
    const late = new Int16Array(1600);
    source.read(late, 8000);
    const position = 8000 * 3600 + 13;
    const peak = 32_767 * 10 ** (-13.14 / 20);
    late.forEach((sample, i) => {
      if (Math.abs(sample - peak * Math.sin(2 * Math.PI * 440.1 * ((position + i) / 8000))) > 2) expect.fail(`sample ${i}`);
    });
  });

  test("plays two tones at once, each at its level", () => {
    const both = setUp({ frequenciesHz: [350, 440], levelDbm0: -13 }).read(400);
    for (const hz of [350, 440]) expect(toneLevel(both, 8000, hz)).toBeCloseTo(dbfsOf(-13), 1);
  });

  test("rings back with the cadence of the region and without clicks", () => {
    const { read } = setUp(progressTones.europe.ringback);
    const tenSeconds = read(10_000);
    const on = (fromMs: number, toMs: number) => rmsDbfs(tenSeconds.subarray(fromMs * 8, toMs * 8));
    for (const start of [0, 5000]) {
      expect(on(start + 10, start + 990)).toBeCloseTo(dbfsOf(-10), 1);
      expect(on(start + 1000, start + 5000)).toBe(-Infinity);
    }
    expect(largestStep(tenSeconds)).toBeLessThan(largestStep(setUp({ frequenciesHz: [425] }).read(1000)) * 1.05);
  });

  test("rings twice and pauses in the United Kingdom", () => {
    const played = setUp(progressTones.unitedKingdom.ringback).read(3000);
    const sounding = Array.from({ length: 30 }, (_, tenth) =>
      rmsDbfs(played.subarray(tenth * 800 + 100, tenth * 800 + 700)) > -40 ? "#" : ".",
    );
    expect(sounding.join("")).toBe("####..####....................");
  });

  test("lasts exactly as long as told, at any rate", () => {
    for (const rate of [8000, 44_100]) {
      const { source } = setUp({ frequenciesHz: [440], durationMs: 130 });
      const frame = new Int16Array(rate / 50);
      let total = 0;
      for (let count = -1; count !== 0; total += count) count = source.read(frame, rate);
      expect(total).toBe(rate * 0.13);
    }
  });

  test("goes on in phase when the rate changes", () => {
    const { source } = setUp({ frequenciesHz: [400], levelDbm0: 3.14 });
    source.read(new Int16Array(160), 8000);
    const frame = new Int16Array(320);
    source.read(frame, 16_000);
    expect(Math.abs(frame[0]!)).toBeLessThan(10);
    expect(frame[10]).toBeGreaterThan(32_000);
  });

  test("ends with an error when the call's rate cannot carry it", () => {
    const { source } = setUp({ frequenciesHz: [5000] });
    expect(source.read(new Int16Array(160), 8000)).toBe(0);
    expect(source.error).toMatchObject({ code: "MEDIA_OPTION_INVALID" });
  });

  test("has ended when closed", () => {
    const { source } = setUp({ frequenciesHz: [440] });
    source.close();
    source.close();
    expect(source.read(new Int16Array(160), 8000)).toBe(0);
  });

  test.each<[string, ToneOptions]>([
    ["no frequency", { frequenciesHz: [] }],
    ["a negative frequency", { frequenciesHz: [-1] }],
    ["a level above full scale", { frequenciesHz: [440], levelDbm0: 3.2 }],
    ["two tones above full scale together", { frequenciesHz: [440, 480], levelDbm0: -2 }],
    ["a level that is no number", { frequenciesHz: [440], levelDbm0: NaN }],
    ["an empty beat", { frequenciesHz: [440], cadence: [{ onMs: 0, offMs: 100 }] }],
    ["no duration", { frequenciesHz: [440], durationMs: 0 }],
  ])("refuses %s", (_, options) => {
    expect(() => new ToneSource(options)).toThrow(expect.objectContaining({ code: "MEDIA_OPTION_INVALID" }));
  });
});

describe("silence player", () => {
  test("overwrites the frame with silence, for as long as told", () => {
    const source = new SilenceSource({ durationMs: 30 });
    const frame = new Int16Array(160).fill(9);
    expect(source.read(frame, 8000)).toBe(160);
    expect(frame.every((sample) => sample === 0)).toBe(true);
    expect(source.read(frame, 8000)).toBe(80);
    expect(source.read(frame, 8000)).toBe(0);
  });

  test("lasts until closed when told nothing", () => {
    const source = new SilenceSource();
    for (let i = 0; i < 1000; i++) expect(source.read(new Int16Array(160), 8000)).toBe(160);
    source.close();
    expect(source.read(new Int16Array(160), 8000)).toBe(0);
  });
});
