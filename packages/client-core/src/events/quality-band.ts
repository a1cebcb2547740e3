/** What people make of a call: the user satisfaction of ITU-T G.107, by its rating factor R. */
export type QualityBand = "Excellent" | "Good" | "Fair" | "Poor" | "Bad";

/** What costs a call most of its quality. */
export type QualityCause = "Loss" | "Jitter" | "Delay";

/** Lower limit of each band in R: "very satisfied" from 90, "satisfied" from 80, and so on. */
const bands: readonly (readonly [rFactor: number, band: QualityBand])[] = [
  [90, "Excellent"],
  [80, "Good"],
  [70, "Fair"],
  [60, "Poor"],
];

export function qualityBand(rFactor: number): QualityBand {
  return bands.find(([limit]) => rFactor >= limit)?.[1] ?? "Bad";
}
