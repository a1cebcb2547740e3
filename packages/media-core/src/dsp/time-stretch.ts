import { saturate } from "./saturate.ts";

/** How like itself a sound must be one period later (normalised correlation): tones and voiced speech are, noise is not. */
const leastLikeness = 0.9;

/**
 * Takes one period out of `samples`, in place, where they repeat themselves: the sound gets shorter and keeps its pitch
 * (overlap and add by waveform similarity). The edges stay, so that it joins what comes before and after.
 *
 * @returns The number of samples left; all where nothing repeats.
 */
export function shorten(samples: Int16Array): number {
  const { length } = samples;
  const period = findPeriod(samples);
  if (period === 0) return length;
  const overlap = overlapOf(length);
  for (let i = 0; i + period < length; i++) {
    const later = samples[i + period]!;
    samples[i] = i < overlap ? blend(samples[i]!, later, i / overlap) : later;
  }
  return length - period;
}

/**
 * Writes `samples` with one period doubled to `target`, which holds one and a half times as many.
 *
 * @returns The number of samples written; as many as there are where nothing repeats.
 */
export function lengthen(samples: Int16Array, target: Int16Array): number {
  const { length } = samples;
  const period = findPeriod(samples);
  const overlap = overlapOf(length);
  for (let i = 0; i < period; i++) target[i] = samples[i]!;
  for (let i = 0; i < length; i++) {
    const again = samples[i]!;
    target[period + i] = period > 0 && i < overlap ? blend(samples[period + i]!, again, i / overlap) : again;
  }
  return length + period;
}

/** The lag, from a quarter to half of the length, after which the sound is most like itself; 0 when it is not. */
function findPeriod(samples: Int16Array): number {
  const { length } = samples;
  const overlap = overlapOf(length);
  let best = 0;
  let bestLikeness = leastLikeness;
  for (let lag = length >> 2; lag <= length - overlap; lag++) {
    const likeness = likenessAt(samples, lag, overlap);
    if (likeness <= bestLikeness) continue;
    bestLikeness = likeness;
    best = lag;
  }
  return best;
}

function likenessAt(samples: Int16Array, lag: number, count: number): number {
  let product = 0;
  let energy = 0;
  let laterEnergy = 0;
  for (let i = 0; i < count; i++) {
    const sample = samples[i]!;
    const later = samples[i + lag]!;
    product += sample * later;
    energy += sample * sample;
    laterEnergy += later * later;
  }
  return product > 0 ? product / Math.sqrt(energy * laterEnergy) : 0;
}

function overlapOf(length: number): number {
  return length >> 1;
}

function blend(from: number, to: number, weight: number): number {
  return saturate(from + (to - from) * weight);
}
