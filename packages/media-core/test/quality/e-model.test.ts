import { describe, expect, test } from "vitest";
import { effectiveEquipmentImpairment, mosFromR, rFactor } from "@sidetone/media-core";

describe("E-model (ITU-T G.107)", () => {
  test("rates a connection with all parameters at their defaults 93.2, which is a MOS of 4.41 (§7.7)", () => {
    expect(rFactor()).toBeCloseTo(93.2, 1);
    expect(mosFromR(rFactor())).toBeCloseTo(4.41, 2);
  });

  test.each([
    { r: 90, mos: 4.34 },
    { r: 80, mos: 4.03 },
    { r: 70, mos: 3.6 },
    { r: 60, mos: 3.1 },
    { r: 50, mos: 2.58 },
  ])("gives R $r the MOS $mos (Table B.1)", ({ r, mos }) => {
    expect(Math.abs(mosFromR(r) - mos)).toBeLessThan(0.0065); // The table rounds 4.024 up.
  });

  test("keeps the MOS between 1 and 4.5 and never lets it fall as R rises (Annex B)", () => {
    expect(mosFromR(-5)).toBe(1);
    expect(mosFromR(100)).toBe(4.5);
    expect(mosFromR(120)).toBe(4.5);
    for (let r = -10; r < 110; r += 0.25) expect(mosFromR(r + 0.25)).toBeGreaterThanOrEqual(mosFromR(r));
  });

  // R = 93.2 − 0.024 d − 0.11 (d − 177.3) H(d − 177.3): the line that Cole and Rosenbluth fitted to G.107's delay curve.
  test.each([0, 25, 50, 75, 100, 125, 150, 200, 225, 250, 275, 300])(
    "loses with %i ms of delay what the published curve says",
    (delayMs) => {
      const published = 93.2 - 0.024 * delayMs - 0.11 * Math.max(0, delayMs - 177.3);
      expect(Math.abs(rFactor({ absoluteDelayMs: delayMs }) - published)).toBeLessThan(0.5);
    },
  );

  test("adds nothing for long delay itself up to 100 ms, and 25 points or more at 400 ms (§7.4)", () => {
    const withoutEcho = { echoPathDelayMs: 0, roundTripDelayMs: 0 };
    expect(rFactor({ ...withoutEcho, absoluteDelayMs: 100 })).toBe(rFactor(withoutEcho));
    expect(rFactor(withoutEcho) - rFactor({ ...withoutEcho, absoluteDelayMs: 400 })).toBeGreaterThan(24);
  });

  test("finds talker echo worse the louder and the later it is", () => {
    const at = (echoPathDelayMs: number, telr: number) => rFactor({ echoPathDelayMs, telr });
    expect(at(50, 65)).toBeGreaterThan(at(50, 45));
    expect(at(50, 45)).toBeGreaterThan(at(150, 45));
    expect(at(50, 35)).toBeLessThan(70);
  });

  test.each([
    // G.711 with concealment at 1, 2 and 5 %: 95 · p / (p + 25.1)
    { name: "G.711 with Appendix I", ie: 0, bpl: 25.1, loss: 1, expected: 3.64 },
    { name: "G.711 with Appendix I", ie: 0, bpl: 25.1, loss: 2, expected: 7.01 },
    { name: "G.711 with Appendix I", ie: 0, bpl: 25.1, loss: 5, expected: 15.78 },
    { name: "G.711 without concealment", ie: 0, bpl: 4.3, loss: 2, expected: 30.16 },
    { name: "G.729A with VAD", ie: 11, bpl: 19, loss: 0, expected: 11 },
    { name: "G.729A with VAD", ie: 11, bpl: 19, loss: 3, expected: 22.45 },
    { name: "G.723.1 at 6.3 kbit/s", ie: 15, bpl: 16.1, loss: 1, expected: 19.68 },
  ])("impairs $name at $loss % loss by $expected (§7.5, G.113 Appendix I)", ({ ie, bpl, loss, expected }) => {
    expect(effectiveEquipmentImpairment({ ie, bpl, packetLossPercent: loss })).toBeCloseTo(expected, 2);
    expect(rFactor() - rFactor({ ie, bpl, packetLossPercent: loss })).toBeCloseTo(expected, 1);
  });

  test("finds bursty loss worse than random loss of the same rate", () => {
    const loss = { bpl: 25.1, packetLossPercent: 3 };
    expect(rFactor({ ...loss, burstRatio: 2 })).toBeLessThan(rFactor({ ...loss, burstRatio: 1 }));
  });

  test("stays between 0 and 100", () => {
    expect(rFactor({ packetLossPercent: 100, absoluteDelayMs: 5000 })).toBe(0);
    expect(rFactor({ advantage: 20 })).toBe(100);
  });
});
