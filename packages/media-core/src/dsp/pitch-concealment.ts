import { findPitch } from "./pitch-search.ts";
import { saturate } from "./saturate.ts";

/** 66 to 200 Hz: the pitch of voices (G.711 Appendix I). Higher tones repeat at a multiple of their period. */
const shortestPitchMs = 5;
const longestPitchMs = 15;
const correlationMs = 20;
/** The repeated stretch grows by one period per step, up to three, so that a long loss does not buzz. */
const stepMs = 10;
/** Loss is faded from its 10th to its 60th millisecond. */
const fadeStartMs = 10;
const fadeEndMs = 60;
/** The blend back into received audio: a quarter period, and longer the longer the loss was. */
const blendPerLostMs = 0.4;
const longestBlendMs = 10;

/**
 * Hides lost packets of mono speech by repeating the last pitch periods, after ITU-T G.711 Appendix I, at any sample rate.
 *
 * Differs from the appendix in one point: it adds no delay. The appendix holds 3.75 ms back so that it can blend into the
 * repetition before the loss; here the jump from the last sample to the repetition, small where sound is periodic, is
 * spread over the first quarter of a period.
 *
 * A received frame costs one copy into the history; search and synthesis run on loss only.
 */
export class PitchConcealment {
  // What every frame needs comes first, side by side.
  /** What was played last, concealment included: the samples before `#historyEnd`. Room for many frames makes moves rare. */
  readonly #history: Int16Array;
  #historyEnd: number;
  #lostSamples = 0;
  readonly #samplesPerMs: number;
  readonly #stepSamples: number;
  readonly #fadeStart: number;
  readonly #fadeEnd: number;
  /** The history as it was when the loss began. */
  readonly #past: Float32Array;
  /** The same with its last quarter period bent so that it leads into the start of the repeated stretch. */
  readonly #loop: Float32Array;
  readonly #outgoing: Float32Array;
  #outgoingLeft = 0;
  #outgoingLength = 0;
  #pitch = 0;
  #periods = 0;
  #offset = 0;
  #jump = 0;

  constructor(sampleRate: number) {
    this.#samplesPerMs = sampleRate / 1000;
    this.#stepSamples = Math.round(stepMs * this.#samplesPerMs);
    this.#fadeStart = Math.round(fadeStartMs * this.#samplesPerMs);
    this.#fadeEnd = Math.round(fadeEndMs * this.#samplesPerMs);
    const longestPitch = Math.round(longestPitchMs * this.#samplesPerMs);
    const longestOverlap = longestPitch >> 2;
    const historyLength = 3 * longestPitch + longestOverlap;
    this.#history = new Int16Array(4 * historyLength);
    this.#historyEnd = historyLength;
    this.#past = new Float32Array(historyLength);
    this.#loop = new Float32Array(historyLength);
    this.#outgoing = new Float32Array(longestOverlap);
  }

  /** Takes received samples, the first `length` of `frame`. After a loss their start is blended, in place, with the repetition. */
  receive(frame: Int16Array, length: number = frame.length): void {
    if (this.#lostSamples > 0) this.#endLoss(frame, length);
    this.#remember(frame, length);
  }

  /** Fills `frame` in place of a lost one. */
  conceal(frame: Int16Array): void {
    if (this.#lostSamples === 0) this.#startLoss();
    for (let i = 0; i < frame.length; i++) {
      if (this.#periods < 3 && this.#lostSamples === this.#periods * this.#stepSamples) this.#addPeriod();
      frame[i] = saturate(this.#nextSample());
    }
    this.#remember(frame, frame.length);
  }

  #startLoss(): void {
    this.#past.set(this.#history.subarray(this.#historyEnd - this.#past.length, this.#historyEnd));
    this.#loop.set(this.#past);
    const perMs = this.#samplesPerMs;
    const decimation = Math.max(1, Math.round(perMs / 8));
    this.#pitch = findPitch(this.#past, shortestPitchMs * perMs, longestPitchMs * perMs, correlationMs * perMs, decimation);
    this.#periods = 1;
    this.#offset = 0;
    this.#outgoingLeft = 0;
    const last = this.#past.length - 1;
    this.#jump = this.#past[last]! - this.#past[last - this.#pitch]!;
    this.#bendLoop();
  }

  #bendLoop(): void {
    const end = this.#past.length;
    const stretch = this.#pitch * this.#periods;
    const overlap = this.#overlap;
    for (let i = 1; i <= overlap; i++) {
      const weight = i / (overlap + 1);
      this.#loop[end - i] = this.#past[end - i]! * weight + this.#past[end - i - stretch]! * (1 - weight);
    }
  }

  /** Moves one period back in phase; the old repetition goes on underneath for a quarter period. */
  #addPeriod(): void {
    const offset = this.#offset;
    this.#outgoingLength = this.#outgoingLeft = this.#overlap;
    for (let i = 0; i < this.#outgoingLength; i++) this.#outgoing[i] = this.#nextRepeated();
    this.#offset = offset % this.#pitch;
    this.#periods++;
    this.#bendLoop();
  }

  #nextRepeated(): number {
    const stretch = this.#pitch * this.#periods;
    const value = this.#loop[this.#loop.length - stretch + this.#offset]!;
    this.#offset = this.#offset + 1 === stretch ? 0 : this.#offset + 1;
    return value;
  }

  #nextSample(): number {
    const lost = this.#lostSamples++;
    if (lost >= this.#fadeEnd) return 0;
    let value = this.#nextRepeated();
    if (this.#outgoingLeft > 0) {
      const weight = this.#outgoingLeft / (this.#outgoingLength + 1);
      value += (this.#outgoing[this.#outgoingLength - this.#outgoingLeft]! - value) * weight;
      this.#outgoingLeft--;
    }
    if (lost < this.#overlap) value += this.#jump * (1 - (lost + 1) / (this.#overlap + 1));
    return lost <= this.#fadeStart ? value : (value * (this.#fadeEnd - lost)) / (this.#fadeEnd - this.#fadeStart);
  }

  #endLoss(frame: Int16Array, length: number): void {
    const longest = longestBlendMs * this.#samplesPerMs;
    const blend = Math.min(length, longest, this.#overlap + Math.round(this.#lostSamples * blendPerLostMs));
    for (let i = 0; i < blend; i++) {
      const weight = (i + 1) / (blend + 1);
      frame[i] = saturate(frame[i]! * weight + this.#nextSample() * (1 - weight));
    }
    this.#lostSamples = 0;
  }

  #remember(frame: Int16Array, length: number): void {
    const history = this.#history;
    if (this.#historyEnd + length > history.length) {
      history.copyWithin(0, this.#historyEnd - this.#past.length, this.#historyEnd);
      this.#historyEnd = this.#past.length;
    }
    const from = Math.max(0, this.#historyEnd + length - history.length);
    if (from === 0 && length === frame.length) history.set(frame, this.#historyEnd);
    else for (let i = from; i < length; i++) history[this.#historyEnd + i - from] = frame[i]!;
    this.#historyEnd += length - from;
  }

  get #overlap(): number {
    return this.#pitch >> 2;
  }
}
