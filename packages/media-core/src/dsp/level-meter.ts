/** Speech is expected this far above the noise floor, and never below {@link quietestSpeechDbfs}. */
const speechAboveNoiseDb = 9;
const quietestSpeechDbfs = -50;
/** Speech lasts this long past its last loud frame: the gaps between words. */
const hangoverMs = 200;
/** How fast the noise floor follows a louder background; a quieter one is followed at once. */
const noiseRiseDbPerSecond = 3;

/** Root mean square in dB relative to full scale: a full-scale square wave is 0, a full-scale sine −3.01, digital silence −Infinity. */
export function rmsDbfs(samples: Int16Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]! * samples[i]!;
  return powerDbfs(sum / samples.length);
}

/** The largest sample, in dB relative to full scale; −Infinity for digital silence. */
export function peakDbfs(samples: Int16Array): number {
  let largest = 0;
  for (let i = 0; i < samples.length; i++) largest = Math.max(largest, Math.abs(samples[i]!));
  return powerDbfs(largest ** 2);
}

function powerDbfs(power: number): number {
  return 10 * Math.log10(power / 32_768 ** 2);
}

/** Measures one stream of mono frames: the level of the last frame, and a hint whether someone speaks. */
export class LevelMeter {
  readonly #sampleRate: number;
  #noiseDbfs = quietestSpeechDbfs - speechAboveNoiseDb;
  #speechLeftMs = 0;
  /** Of the last frame, as {@link rmsDbfs}. */
  rmsDbfs: number = -Infinity;
  #peak = 0;

  /** @param sampleRate In Hz. */
  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
  }

  /** Of the last frame, as {@link peakDbfs}. */
  get peakDbfs(): number {
    return powerDbfs(this.#peak ** 2);
  }

  /** Whether the stream is, or was within the last 200 ms, clearly louder than its background. By energy alone: music counts. */
  get speechActive(): boolean {
    return this.#speechLeftMs > 0;
  }

  update(samples: Int16Array): void {
    if (samples.length === 0) return;
    const frameMs = (samples.length * 1000) / this.#sampleRate;
    this.#measure(samples);
    const isLoud = this.rmsDbfs > Math.max(quietestSpeechDbfs, this.#noiseDbfs + speechAboveNoiseDb);
    this.#speechLeftMs = isLoud ? hangoverMs : Math.max(0, this.#speechLeftMs - frameMs);
    const risen = this.#noiseDbfs + (noiseRiseDbPerSecond * frameMs) / 1000;
    this.#noiseDbfs = Math.max(-90, Math.min(risen, this.rmsDbfs));
  }

  reset(): void {
    this.#noiseDbfs = quietestSpeechDbfs - speechAboveNoiseDb;
    this.#speechLeftMs = 0;
    this.rmsDbfs = -Infinity;
    this.#peak = 0;
  }

  /** Both figures in one pass: this runs for both directions of every call. */
  #measure(samples: Int16Array): void {
    let sum = 0;
    let largest = 0;
    for (let i = 0; i < samples.length; i++) {
      const sample = samples[i]!;
      sum += sample * sample;
      largest = Math.max(largest, Math.abs(sample));
    }
    this.rmsDbfs = powerDbfs(sum / samples.length);
    this.#peak = largest;
  }
}
