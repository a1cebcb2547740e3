import { MediaError } from "../media-error.ts";
import { polyphaseFilter, type PolyphaseFilter } from "./polyphase-filter.ts";
import { saturate } from "./saturate.ts";

/** Input samples converted at a time. */
const blockSamples = 960;
const lowestRate = 1000;
const highestRate = 768_000;

/** Checks a sample rate given by a caller, in Hz. Throws `MEDIA_OPTION_INVALID`. */
export function checkSampleRate(sampleRate: number): void {
  if (Number.isInteger(sampleRate) && sampleRate >= lowestRate && sampleRate <= highestRate) return;
  throw new MediaError(
    "MEDIA_OPTION_INVALID",
    `A sample rate is a whole number from ${lowestRate} to ${highestRate} Hz, not ${sampleRate}`,
  );
}

/**
 * Converts one mono stream from one sample rate to another.
 *
 * The position of every output sample is kept as an exact fraction, so the output never drifts: after n input samples
 * there are ⌈n · outputRate / inputRate⌉. Flat within 0.1 dB up to 0.85 of the lower Nyquist frequency, images and aliases
 * 60 dB down or more. Equal rates pass through untouched and without delay.
 */
export class Resampler {
  readonly inputRate: number;
  readonly outputRate: number;
  readonly #filter: PolyphaseFilter | undefined;
  /** The last inputs, then the block in work. */
  readonly #window: Float64Array;
  readonly #wholeStep: number;
  readonly #fractionStep: number;
  /** Place of the next output: whole input samples past the block's start, and `#fraction / up` of one. */
  #whole = 0;
  #fraction = 0;

  /** Rates in Hz. @throws {MediaError} `MEDIA_OPTION_INVALID` for a rate that is no whole number from 1,000 to 768,000. */
  constructor(inputRate: number, outputRate: number) {
    checkSampleRate(inputRate);
    checkSampleRate(outputRate);
    this.inputRate = inputRate;
    this.outputRate = outputRate;
    this.#filter = inputRate === outputRate ? undefined : polyphaseFilter(inputRate, outputRate);
    const { taps, up, down } = this.#filter ?? { taps: 1, up: 1, down: 1 };
    this.#window = new Float64Array(taps - 1 + blockSamples);
    this.#wholeStep = Math.floor(down / up);
    this.#fractionStep = down % up;
  }

  /** How much later a sound comes out than it went in. */
  get delayMs(): number {
    return this.#filter ? (this.#filter.taps / 2 / this.inputRate) * 1000 : 0;
  }

  /** Exactly the number of samples that `process` gives for the next `inputSamples`. */
  outputFor(inputSamples: number): number {
    if (!this.#filter) return inputSamples;
    const { up, down } = this.#filter;
    return Math.max(0, Math.ceil(((inputSamples - this.#whole) * up - this.#fraction) / down));
  }

  /** The least number of input samples for which `process` next gives `outputSamples` or more. */
  inputFor(outputSamples: number): number {
    if (!this.#filter) return outputSamples;
    if (outputSamples <= 0) return 0;
    const { up, down } = this.#filter;
    return this.#whole + Math.floor((this.#fraction + (outputSamples - 1) * down) / up) + 1;
  }

  /**
   * Takes the first `length` samples of `input` and writes what they make, from the start of `target`.
   *
   * @returns The number of samples written, `outputFor(length)`.
   * @throws {MediaError} `MEDIA_OPTION_INVALID` when `target` is shorter than that.
   */
  process(input: Int16Array, target: Int16Array, length: number = input.length): number {
    const needed = this.outputFor(length);
    if (target.length < needed) throw new MediaError("MEDIA_OPTION_INVALID", `The target holds ${target.length} samples of ${needed}`);
    if (!this.#filter) {
      for (let i = 0; i < length; i++) target[i] = input[i]!;
      return length;
    }
    let written = 0;
    for (let from = 0; from < length; from += blockSamples) {
      const to = Math.min(length, from + blockSamples);
      written = this.#processBlock(this.#filter, input, from, to, target, written);
    }
    return written;
  }

  /** The number of samples that `flush` gives now. */
  get tailSamples(): number {
    return this.#filter ? this.outputFor(this.#filter.taps / 2) : 0;
  }

  /** Writes what the delay still holds, the end of the sound, and starts afresh. Returns the number of samples written. */
  flush(target: Int16Array): number {
    if (!this.#filter) return 0;
    const written = this.process(new Int16Array(this.#filter.taps / 2), target);
    this.reset();
    return written;
  }

  /** Forgets what went in. */
  reset(): void {
    this.#window.fill(0);
    this.#whole = 0;
    this.#fraction = 0;
  }

  #processBlock(filter: PolyphaseFilter, input: Int16Array, from: number, to: number, target: Int16Array, written: number): number {
    const window = this.#window;
    const { taps, up, phases, coefficients } = filter;
    const length = to - from;
    for (let i = 0; i < length; i++) window[taps - 1 + i] = input[from + i]!;
    let whole = this.#whole;
    let fraction = this.#fraction;
    while (whole < length) {
      const value =
        phases === up ? convolve(coefficients, fraction * taps, window, whole, taps) : interpolate(filter, window, whole, fraction);
      target[written++] = saturate(value);
      whole += this.#wholeStep;
      fraction += this.#fractionStep;
      if (fraction >= up) {
        fraction -= up;
        whole++;
      }
    }
    this.#whole = whole - length;
    this.#fraction = fraction;
    window.copyWithin(0, length, length + taps - 1);
    return written;
  }
}

/** Converts a whole clip; the filter's delay is taken out. */
export function resample(samples: Int16Array, inputRate: number, outputRate: number): Int16Array {
  const resampler = new Resampler(inputRate, outputRate);
  const wanted = resampler.outputFor(samples.length);
  const delay = Math.round((resampler.delayMs * outputRate) / 1000);
  const target = new Int16Array(wanted + 2 * delay + 2);
  const written = resampler.process(samples, target);
  resampler.flush(target.subarray(written));
  return target.slice(delay, delay + wanted);
}

/** Four sums side by side: they do not wait for each other. */
function convolve(coefficients: Float64Array, at: number, window: Float64Array, from: number, taps: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < taps; i += 4) {
    a += coefficients[at + i]! * window[from + i]!;
    b += coefficients[at + i + 1]! * window[from + i + 1]!;
    c += coefficients[at + i + 2]! * window[from + i + 2]!;
    d += coefficients[at + i + 3]! * window[from + i + 3]!;
  }
  return a + b + (c + d);
}

function interpolate(filter: PolyphaseFilter, window: Float64Array, from: number, fraction: number): number {
  const { taps, up, phases, coefficients } = filter;
  const exact = (fraction * phases) / up;
  const phase = Math.floor(exact);
  const below = convolve(coefficients, phase * taps, window, from, taps);
  return below + (exact - phase) * (convolve(coefficients, (phase + 1) * taps, window, from, taps) - below);
}
