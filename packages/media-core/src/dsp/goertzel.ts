/** A tone found in a recording. */
export interface FoundTone {
  /** Its frequency in Hz, to a few hundredths for a steady tone. */
  readonly hz: number;
  /** Its level on the scale of {@link toneLevel}, averaged over the recording. */
  readonly levelDbfs: number;
}

export interface FindToneOptions {
  /** Lowest frequency to look at, in Hz. Default 100. */
  fromHz?: number;
  /** Highest frequency to look at, in Hz. Default 3900; always below half the sample rate. */
  toHz?: number;
}

/** Long recordings are searched in blocks of this length, whose powers are averaged. */
const longestBlock = 4096;

/**
 * The level of the tone at `hz` in `samples`, by the Goertzel algorithm under a Hann window.
 *
 * In dBFS on the scale of `rmsDbfs`: a full-scale sine reads −3.01; −Infinity where nothing is.
 * Tells tones apart that are `2 · sampleRate / samples.length` Hz or more from each other.
 */
export function toneLevel(samples: Int16Array, sampleRate: number, hz: number): number {
  return toDbfs(tonePower(windowed(samples), sampleRate, hz));
}

/** The strongest tone in `samples`, or undefined in digital silence. A measuring tool: 10 s take about half a second. */
export function findTone(samples: Int16Array, sampleRate: number, options: FindToneOptions = {}): FoundTone | undefined {
  const fromHz = options.fromHz ?? 100;
  const toHz = Math.min(options.toHz ?? 3900, sampleRate / 2 - 1);
  const blockLength = Math.min(samples.length, longestBlock);
  const blocks: Float64Array[] = [];
  for (let at = 0; at + blockLength <= samples.length && blockLength > 0; at += blockLength) {
    blocks.push(windowed(samples.subarray(at, at + blockLength)));
  }
  const powerAt = (hz: number) => blocks.reduce((sum, block) => sum + tonePower(block, sampleRate, hz), 0) / blocks.length;
  const stepHz = sampleRate / blockLength;
  let best = { hz: 0, power: 0 };
  const consider = (hz: number) => {
    const power = powerAt(hz);
    if (power > best.power) best = { hz, power };
  };
  for (let hz = fromHz; hz <= toHz; hz += stepHz) consider(hz);
  if (best.power === 0) return undefined;
  for (let step = stepHz / 2; step > 0.005; step /= 2) {
    const middle = best.hz;
    consider(middle - step);
    consider(middle + step);
  }
  return { hz: best.hz, levelDbfs: toDbfs(best.power) };
}

/** Hann as 1 − cos: its mean is 1, so that amplitudes need no correction. */
function windowed(samples: Int16Array): Float64Array {
  const step = (2 * Math.PI) / samples.length;
  return Float64Array.from(samples, (sample, i) => sample * (1 - Math.cos(step * (i + 0.5))));
}

/** Mean square of the sine at `hz`, in squared 16-bit steps. */
function tonePower(samples: Float64Array, sampleRate: number, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / sampleRate);
  let previous = 0;
  let beforePrevious = 0;
  for (let i = 0; i < samples.length; i++) {
    const current = samples[i]! + coefficient * previous - beforePrevious;
    beforePrevious = previous;
    previous = current;
  }
  const power = previous * previous + beforePrevious * beforePrevious - coefficient * previous * beforePrevious;
  return (2 * Math.max(0, power)) / samples.length ** 2;
}

function toDbfs(power: number): number {
  return 10 * Math.log10(power / 32_768 ** 2);
}
