import { findTone } from "sidetone/media";

export interface MeasuredTone {
  readonly hz: number;
  /** RMS, in dBFS. */
  readonly levelDbfs: number;
  readonly durationMs: number;
  /** How often the sine does not go on where it was: a packet that is missing, doubled, or replaced by something else. */
  readonly breaks: number;
}

const frameMs = 20;
/** A sample too few or too many turns the phase of 440 Hz at 8 kHz by 0.35 rad. */
const breakRadians = 0.25;

/** Frequency, level and continuity of a steady tone, leaving out its first and last frame. */
export function measureTone(samples: Int16Array, sampleRate: number): MeasuredTone {
  const frameLength = (sampleRate * frameMs) / 1000;
  const steady = samples.subarray(frameLength, samples.length - frameLength);
  const found = findTone(steady, sampleRate);
  if (!found) throw new Error("There is no tone");
  const turnPerFrame = (2 * Math.PI * found.hz * frameLength) / sampleRate;
  let breaks = 0;
  let previous: number | undefined;
  for (let at = 0; at + frameLength <= steady.length; at += frameLength) {
    const phase = phaseOf(steady.subarray(at, at + frameLength), sampleRate, found.hz);
    if (previous !== undefined && Math.abs(wrapped(phase - previous - turnPerFrame)) > breakRadians) breaks++;
    previous = phase;
  }
  return { ...found, durationMs: (samples.length * 1000) / sampleRate, breaks };
}

function phaseOf(frame: Int16Array, sampleRate: number, hz: number): number {
  const turn = (2 * Math.PI * hz) / sampleRate;
  let [real, imaginary] = [0, 0];
  frame.forEach((sample, i) => {
    const weight = sample * (1 - Math.cos((2 * Math.PI * (i + 0.5)) / frame.length)); // Hann: little leaks in from the mirror frequency
    real += weight * Math.cos(turn * i);
    imaginary -= weight * Math.sin(turn * i);
  });
  return Math.atan2(imaginary, real);
}

function wrapped(radians: number): number {
  return radians - 2 * Math.PI * Math.round(radians / (2 * Math.PI));
}
