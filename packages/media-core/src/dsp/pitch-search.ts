/**
 * The lag in samples at which the end of `history` repeats itself best: normalised cross-correlation of its last
 * `windowSamples`, first on every `decimation`-th sample, then on all of them around the winner (G.711 Appendix I).
 *
 * `history` holds at least `windowSamples + longestLag`. Silence gives the longest lag.
 */
export function findPitch(
  history: Float32Array,
  shortestLag: number,
  longestLag: number,
  windowSamples: number,
  decimation: number,
): number {
  const coarse = bestLag(history, shortestLag, longestLag, windowSamples, decimation);
  const from = Math.max(shortestLag, coarse - decimation + 1);
  const to = Math.min(longestLag, coarse + decimation - 1);
  return bestLag(history, from, to, windowSamples, 1);
}

function bestLag(history: Float32Array, shortestLag: number, longestLag: number, windowSamples: number, step: number): number {
  const end = history.length;
  const start = end - windowSamples;
  let best = longestLag;
  let bestScore = 0;
  for (let lag = longestLag; lag >= shortestLag; lag -= step) {
    let product = 0;
    let energy = leastEnergy;
    for (let i = start; i < end; i += step) {
      const past = history[i - lag]!;
      product += history[i]! * past;
      energy += past * past;
    }
    const score = product / Math.sqrt(energy);
    if (score > bestScore) {
      bestScore = score;
      best = lag;
    }
  }
  return best;
}

/** Keeps a nearly silent stretch from winning by its small divisor. */
const leastEnergy = 250;
