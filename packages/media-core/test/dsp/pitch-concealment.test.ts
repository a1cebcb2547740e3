import { describe, expect, test } from "vitest";
import { PitchConcealment, rmsDbfs } from "@sidetone/media-core";
import { largestStep, sine, snrDb, speechLike } from "../signals.ts";

const frameMs = 20;

/** Plays `signal` in 20 ms frames, losing those that `isLost` names, once concealed and once as silence. */
function setUp(signal: Int16Array, sampleRate: number, isLost: (frame: number) => boolean) {
  const concealment = new PitchConcealment(sampleRate);
  const frameSamples = (sampleRate * frameMs) / 1000;
  const concealed = new Int16Array(signal.length);
  const silenced = signal.slice();
  const lostRanges: [number, number][] = [];
  for (let frame = 0; (frame + 1) * frameSamples <= signal.length; frame++) {
    const [from, to] = [frame * frameSamples, (frame + 1) * frameSamples];
    const played = concealed.subarray(from, to);
    if (isLost(frame)) {
      concealment.conceal(played);
      silenced.fill(0, from, to);
      lostRanges.push([from, to]);
    } else {
      played.set(signal.subarray(from, to));
      concealment.receive(played);
    }
  }
  const snrWhereLost = (played: Int16Array) => {
    const gather = (samples: Int16Array) => lostRanges.flatMap(([from, to]) => [...samples.subarray(from, to)]);
    return snrDb(gather(signal), gather(played));
  };
  return { concealed, silenced, snrWhereLost, lostRanges, frameSamples };
}

const everyFifth = (frame: number) => frame % 5 === 4;

describe("loss concealment (ITU-T G.711 Appendix I)", () => {
  test("leaves received audio as it is", () => {
    const signal = speechLike(8000, 0.5);
    expect(setUp(signal, 8000, () => false).concealed).toEqual(signal);
  });

  test.each([
    { sampleRate: 8000, hz: 100 },
    { sampleRate: 8000, hz: 440 },
    { sampleRate: 16_000, hz: 440 },
    { sampleRate: 48_000, hz: 180 },
  ])("continues a $hz Hz tone at $sampleRate Hz through a lost packet", ({ sampleRate, hz }) => {
    const { concealed, snrWhereLost, silenced } = setUp(sine(sampleRate, hz, 1), sampleRate, everyFifth);
    expect(snrWhereLost(silenced)).toBeCloseTo(0, 5);
    expect(snrWhereLost(concealed)).toBeGreaterThan(12);
  });

  test("comes closer to lost speech than silence does, and as loud as it was", () => {
    const signal = speechLike(8000, 3);
    const { concealed, silenced, snrWhereLost, lostRanges } = setUp(signal, 8000, everyFifth);
    expect(snrWhereLost(silenced)).toBeCloseTo(0, 5);
    expect(snrWhereLost(concealed)).toBeGreaterThan(4);
    for (const [from, to] of lostRanges) {
      const differenceDb = rmsDbfs(concealed.subarray(from, to)) - rmsDbfs(signal.subarray(from, to));
      expect(Math.abs(differenceDb)).toBeLessThan(6);
    }
  });

  test("has no click at either edge of a loss, where silence has one", () => {
    const signal = sine(8000, 200, 0.5, 10_000, 1);
    const { concealed, silenced } = setUp(signal, 8000, (frame) => frame === 10);
    expect(largestStep(silenced)).toBeGreaterThan(5 * largestStep(signal));
    expect(largestStep(concealed)).toBeLessThan(1.2 * largestStep(signal));
  });

  test.each([{ hz: 100 }, { hz: 200 }])("bridges the jumps that repeating a growing sound of $hz Hz makes", ({ hz }) => {
    // Grows 1.65-fold from one period to the next, and the loss begins on a crest.
    const signal = sine(8000, hz, 0.3, 10_000, Math.PI / 2).map((sample, i) => Math.round(sample * Math.exp(((i - 1600) * hz) / 16_000)));
    const { concealed, frameSamples } = setUp(signal, 8000, (frame) => frame >= 9 && frame < 12);
    const lost = concealed.subarray(9 * frameSamples - 2, 12 * frameSamples);
    expect(largestStep(lost)).toBeLessThan(2 * largestStep(signal.subarray(8 * frameSamples, 9 * frameSamples)));
  });

  test("plays the first ten milliseconds in full, then fades to silence at sixty", () => {
    const { concealed, frameSamples } = setUp(sine(8000, 200, 1), 8000, (frame) => frame >= 10 && frame < 20);
    const lostAt = 10 * frameSamples;
    const peakIn = (fromMs: number, toMs: number) => Math.max(...concealed.subarray(lostAt + fromMs * 8, lostAt + toMs * 8).map(Math.abs));
    expect(peakIn(0, 10)).toBeGreaterThan(9_900);
    expect(peakIn(30, 40)).toBeGreaterThan(4_000);
    expect(peakIn(30, 40)).toBeLessThan(6_500);
    expect(peakIn(50, 60)).toBeLessThan(2_500);
    expect(peakIn(60, 200)).toBe(0);
  });

  test("fades received audio in after a long loss and then leaves it alone", () => {
    const signal = sine(8000, 200, 1, 10_000, 1);
    const { concealed, frameSamples } = setUp(signal, 8000, (frame) => frame >= 10 && frame < 20);
    const back = 20 * frameSamples;
    expect(Math.abs(concealed[back]!)).toBeLessThan(500);
    expect(concealed.subarray(back + 80)).toEqual(signal.subarray(back + 80));
  });

  test("gives silence when nothing was received yet", () => {
    const frame = new Int16Array(160).fill(7);
    new PitchConcealment(8000).conceal(frame);
    expect(frame.every((sample) => sample === 0)).toBe(true);
  });

  test("does not wrap round at full scale", () => {
    const square = sine(8000, 150, 1, 32_767).map((sample) => (sample < 0 ? -32_768 : 32_767));
    const { concealed } = setUp(square, 8000, everyFifth);
    expect(largestStep(concealed)).toBeLessThanOrEqual(65_535);
    expect(snrDb(square, concealed)).toBeGreaterThan(5);
  });

  test.each([80, 160, 240, 480, 960, 4000])("keeps its history through frames of %i samples", (frameSamples) => {
    const signal = sine(8000, 200, 2);
    const concealment = new PitchConcealment(8000);
    const lostAt = 8000;
    for (let at = lostAt % frameSamples; at + frameSamples <= lostAt; at += frameSamples)
      concealment.receive(signal.slice(at, at + frameSamples));
    const frame = new Int16Array(80);
    concealment.conceal(frame);
    expect(snrDb(signal.subarray(lostAt, lostAt + 80), frame)).toBeGreaterThan(25);
  });
});
