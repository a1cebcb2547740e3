import { describe, expect, test } from "vitest";
import { resample, Resampler, rmsDbfs, toneLevel } from "@sidetone/media-core";
import { largestStep, sine } from "../signals.ts";

const commonRates = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
const conversions = commonRates.flatMap((inputRate) =>
  commonRates.filter((outputRate) => outputRate !== inputRate).map((outputRate) => ({ inputRate, outputRate })),
);

/** Converts a tone in 20 ms frames as a call would, and gives what came out after the first tenth of a second. */
function setUp(inputRate: number, outputRate: number) {
  const resampler = new Resampler(inputRate, outputRate);
  const convert = (input: Int16Array, frameSamples = Math.round(inputRate / 50)) => {
    const output: number[] = [];
    for (let at = 0; at < input.length; at += frameSamples) {
      const frame = input.subarray(at, at + frameSamples);
      const target = new Int16Array(resampler.outputFor(frame.length));
      expect(resampler.process(frame, target)).toBe(target.length);
      output.push(...target);
    }
    return Int16Array.from(output);
  };
  const convertTone = (hz: number) => convert(sine(inputRate, hz, 0.4, 16_000)).subarray(Math.round(outputRate / 10));
  return { resampler, convert, convertTone };
}

describe("resampler", () => {
  test.each(conversions)(
    "carries tones from $inputRate Hz to $outputRate Hz within 0.1 dB up to 0.85 of Nyquist",
    ({ inputRate, outputRate }) => {
      const { convertTone } = setUp(inputRate, outputRate);
      const wanted = rmsDbfs(sine(inputRate, 1000, 0.4, 16_000));
      for (const share of [0.05, 0.3, 0.6, 0.85]) {
        const hz = (share * Math.min(inputRate, outputRate)) / 2;
        expect(Math.abs(toneLevel(convertTone(hz), outputRate, hz) - wanted), `${hz} Hz`).toBeLessThan(0.1);
      }
    },
  );

  test.each(conversions.filter(({ inputRate, outputRate }) => outputRate < inputRate))(
    "keeps what $outputRate Hz cannot carry out of it, by 60 dB, when it comes from $inputRate Hz",
    ({ inputRate, outputRate }) => {
      const { convertTone } = setUp(inputRate, outputRate);
      const loudest = rmsDbfs(sine(inputRate, 1000, 0.4, 16_000));
      for (const hz of [outputRate * 0.505, outputRate * 0.55, (outputRate + inputRate) / 4]) {
        if (hz < inputRate / 2) expect(rmsDbfs(convertTone(hz)), `${hz} Hz`).toBeLessThan(loudest - 60);
      }
    },
  );

  test.each(conversions.filter(({ inputRate, outputRate }) => outputRate > inputRate))(
    "leaves no image above $inputRate Hz's Nyquist frequency at $outputRate Hz",
    ({ inputRate, outputRate }) => {
      const { convertTone } = setUp(inputRate, outputRate);
      const hz = inputRate * 0.4;
      const converted = convertTone(hz);
      const image = inputRate - hz;
      if (image >= outputRate / 2) return;
      expect(toneLevel(converted, outputRate, image)).toBeLessThan(toneLevel(converted, outputRate, hz) - 60);
    },
  );

  test.each(conversions)("gives exactly $outputRate samples for each $inputRate, second after second", ({ inputRate, outputRate }) => {
    const { resampler } = setUp(inputRate, outputRate);
    const frame = new Int16Array(Math.ceil(inputRate / 50));
    const target = new Int16Array(Math.ceil((frame.length * outputRate) / inputRate) + 1);
    let taken = 0;
    let given = 0;
    for (let second = 1; second <= 10; second++) {
      while (taken < second * inputRate) {
        const length = Math.min(frame.length, second * inputRate - taken);
        given += resampler.process(frame, target, length);
        taken += length;
      }
      if (given !== second * outputRate) expect.fail(`${given} samples after ${second} s`);
    }
  });

  test("tells beforehand what it will give and what it needs", () => {
    const { resampler } = setUp(44_100, 8000);
    const target = new Int16Array(2000);
    for (const wanted of [1, 7, 80, 160, 441, 3, 0]) {
      const needed = resampler.inputFor(wanted);
      expect(resampler.outputFor(needed)).toBe(wanted);
      if (needed > 0) expect(resampler.outputFor(needed - 1)).toBeLessThan(wanted);
      expect(resampler.process(new Int16Array(needed), target)).toBe(wanted);
    }
  });

  test.each([
    { inputRate: 44_100, outputRate: 8000 },
    { inputRate: 8000, outputRate: 48_000 },
    { inputRate: 11_127, outputRate: 8000 },
  ])("gives the same whatever the frames: $inputRate to $outputRate Hz", ({ inputRate, outputRate }) => {
    const input = sine(inputRate, 440, 0.25);
    const whole = setUp(inputRate, outputRate).convert(input, input.length);
    for (const frameSamples of [1, 37, 160, 1000]) {
      expect(setUp(inputRate, outputRate).convert(input, frameSamples)).toEqual(whole);
    }
  });

  test("converts rates whose ratio is awkward, with interpolated phases", () => {
    const { convertTone } = setUp(11_127, 8000);
    expect(toneLevel(convertTone(1000), 8000, 1000)).toBeCloseTo(rmsDbfs(sine(8000, 1000, 0.4, 16_000)), 1);
    const { convertTone: down } = setUp(44_101, 8000);
    expect(rmsDbfs(down(5000))).toBeLessThan(-66);
  });

  test("passes equal rates through untouched and without delay", () => {
    const { resampler, convert } = setUp(8000, 8000);
    const input = sine(8000, 440, 0.1);
    expect(convert(input)).toEqual(input);
    expect(resampler.delayMs).toBe(0);
  });

  test("saturates instead of wrapping round", () => {
    const square = sine(16_000, 500, 0.2, 32_767).map((sample) => (sample < 0 ? -32_768 : 32_767));
    const { convert } = setUp(16_000, 48_000);
    expect(largestStep(convert(square))).toBeLessThan(40_000);
  });

  test("holds constant input constant", () => {
    const { convert } = setUp(8000, 44_100);
    const settled = convert(new Int16Array(4000).fill(12_345)).subarray(2000);
    expect(settled.every((sample) => sample === 12_345)).toBe(true);
  });

  test("brings out the end of the sound when flushed, and then starts afresh", () => {
    const { resampler, convert } = setUp(8000, 16_000);
    const silence = convert(new Int16Array(160));
    expect(silence.every((sample) => sample === 0)).toBe(true);
    convert(new Int16Array(30).fill(10_000));
    const tail = new Int16Array(resampler.tailSamples);
    expect(resampler.flush(tail)).toBe(tail.length);
    expect(rmsDbfs(tail)).toBeGreaterThan(-20);
    expect(convert(new Int16Array(160)).every((sample) => sample === 0)).toBe(true);
  });

  test("delays by the few milliseconds that it states", () => {
    const { resampler, convert } = setUp(8000, 16_000);
    const impulse = new Int16Array(400);
    impulse[100] = 20_000;
    const output = convert(impulse);
    const peakAt = output.indexOf(Math.max(...output));
    expect(peakAt / 16 - 100 / 8).toBeCloseTo(resampler.delayMs, 1);
    expect(resampler.delayMs).toBeLessThan(4);
  });

  test.each([0, -8000, 999, 8000.5, NaN, 800_000])("refuses a rate of %d Hz", (rate) => {
    expect(() => new Resampler(rate, 8000)).toThrow(expect.objectContaining({ code: "MEDIA_OPTION_INVALID" }));
  });

  test("refuses a target that is too short for what comes", () => {
    const { resampler } = setUp(8000, 16_000);
    expect(() => resampler.process(new Int16Array(160), new Int16Array(319))).toThrow(
      expect.objectContaining({ code: "MEDIA_OPTION_INVALID" }),
    );
  });
});

describe("resample, for whole clips", () => {
  test.each([
    { inputRate: 44_100, outputRate: 8000 },
    { inputRate: 8000, outputRate: 48_000 },
  ])("takes the delay out: a tone keeps its place and length from $inputRate to $outputRate Hz", ({ inputRate, outputRate }) => {
    const clip = resample(sine(inputRate, 300, 1), inputRate, outputRate);
    const wanted = sine(outputRate, 300, 1);
    expect(clip.length).toBe(wanted.length);
    for (let i = outputRate / 10; i < (outputRate * 9) / 10; i++) {
      if (Math.abs(clip[i]! - wanted[i]!) > 300) expect.fail(`sample ${i}: ${clip[i]} for ${wanted[i]}`);
    }
  });
});
