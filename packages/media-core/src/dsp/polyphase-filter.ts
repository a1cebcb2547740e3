/** Flat up to this share of the lower of the two Nyquist frequencies: 3.4 kHz when one side runs at 8 kHz. */
const passBandEdge = 0.85;
/** From the lower Nyquist frequency on, images and aliases are this far down. */
const stopBandDb = 70;
/** More phases than this are interpolated: 11,127 Hz to 8,000 Hz would need 8,000. Common rates need at most 640. */
const mostPhases = 1024;
const cachedFilters = 32;

/**
 * A low-pass filter for one conversion ratio, a windowed sinc (Kaiser) cut into the phases that an output sample can have
 * between two input samples. Shared by all streams of that ratio.
 */
export interface PolyphaseFilter {
  /** Output rate over input rate, in lowest terms: `up / down`. */
  readonly up: number;
  readonly down: number;
  /** Input samples that make one output sample; a multiple of 4. The delay is half of it. */
  readonly taps: number;
  /** Phases in the table: `up`, or fewer when they are interpolated. */
  readonly phases: number;
  /** `phases + 1` rows of `taps`; each row sums to 1, so that constant input passes exactly. */
  readonly coefficients: Float64Array;
}

const cache = new Map<string, PolyphaseFilter>();

/** The filter from `inputRate` to `outputRate` (Hz), made on first use; the last 32 ratios are kept. */
export function polyphaseFilter(inputRate: number, outputRate: number): PolyphaseFilter {
  const divisor = greatestCommonDivisor(inputRate, outputRate);
  const key = `${outputRate / divisor}/${inputRate / divisor}`;
  const filter = cache.get(key) ?? design(outputRate / divisor, inputRate / divisor);
  cache.delete(key);
  cache.set(key, filter);
  if (cache.size > cachedFilters) cache.delete(cache.keys().next().value!);
  return filter;
}

function design(up: number, down: number): PolyphaseFilter {
  const nyquist = Math.min(1, up / down) / 2;
  const transition = nyquist * (1 - passBandEdge);
  const cutoff = nyquist - transition / 2;
  // Kaiser's estimates for the window's length and shape (Oppenheim and Schafer, Discrete-Time Signal Processing).
  const exactTaps = (stopBandDb - 7.95) / (2.285 * 2 * Math.PI * transition) + 1;
  const taps = Math.ceil(exactTaps / 4) * 4;
  const beta = 0.1102 * (stopBandDb - 8.7);
  const phases = Math.min(up, mostPhases);
  const coefficients = new Float64Array((phases + 1) * taps);
  for (let phase = 0; phase <= phases; phase++) {
    const row = coefficients.subarray(phase * taps, (phase + 1) * taps);
    for (let tap = 0; tap < taps; tap++) row[tap] = windowedSinc(tap + 1 - taps / 2 - phase / phases, taps / 2, cutoff, beta);
    const sum = row.reduce((total, value) => total + value, 0);
    for (let tap = 0; tap < taps; tap++) row[tap] = row[tap]! / sum;
  }
  return { up, down, taps, phases, coefficients };
}

/** @param offset From the middle of the filter, in input samples. */
function windowedSinc(offset: number, halfWidth: number, cutoff: number, beta: number): number {
  const angle = 2 * Math.PI * cutoff * offset;
  const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
  return sinc * besselI0(beta * Math.sqrt(Math.max(0, 1 - (offset / halfWidth) ** 2)));
}

/** Modified Bessel function of the first kind, order 0: the shape of Kaiser's window. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
