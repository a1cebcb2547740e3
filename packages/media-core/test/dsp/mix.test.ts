import { describe, expect, test } from "vitest";
import { addTo, Gain, mixInto, mixMinus } from "@sidetone/media-core";

describe("mixing", () => {
  test("adds two streams and saturates at full scale", () => {
    const target = Int16Array.of(1, 30_000, -30_000, 5);
    mixInto(target, Int16Array.of(2, 30_000, -30_000));
    expect([...target]).toEqual([3, 32_767, -32_768, 5]);
  });

  test("gives each member of a conference all the others", () => {
    const voices = [Int16Array.of(100, 20_000), Int16Array.of(20, 20_000), Int16Array.of(3, -5000)];
    const sum = new Int32Array(2);
    for (const voice of voices) addTo(sum, voice);
    const heard = (own?: Int16Array) => {
      const target = new Int16Array(2);
      mixMinus(sum, own, target);
      return [...target];
    };
    expect(voices.map(heard)).toEqual([
      [23, 15_000],
      [103, 15_000],
      [120, 32_767],
    ]);
    expect(heard()).toEqual([123, 32_767]);
  });
});

describe("gain", () => {
  test("leaves samples alone at 1, silences them at 0, scales and saturates in between and above", () => {
    const apply = (value: number) => {
      const samples = Int16Array.of(100, -20_000, 20_000);
      new Gain(value).apply(samples);
      return [...samples];
    };
    expect(apply(1)).toEqual([100, -20_000, 20_000]);
    expect(apply(0)).toEqual([0, 0, 0]);
    expect(apply(0.5)).toEqual([50, -10_000, 10_000]);
    expect(apply(2)).toEqual([200, -32_768, 32_767]);
  });

  test("spreads a change over one frame", () => {
    const gain = new Gain(1);
    gain.value = 0;
    const frame = new Int16Array(160).fill(16_000);
    gain.apply(frame);
    expect(frame[0]).toBe(15_900);
    expect(frame[159]).toBe(0);
    for (let i = 1; i < 160; i++) expect(frame[i - 1]! - frame[i]!).toBe(100);
    frame.fill(16_000);
    gain.apply(frame);
    expect(frame.every((sample) => sample === 0)).toBe(true);
  });
});
