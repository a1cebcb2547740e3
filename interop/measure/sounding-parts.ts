import { rmsDbfs } from "sidetone/media";

/** A stretch of sound between stretches of silence, in milliseconds from the start of the recording. */
export interface SoundingPart {
  readonly startMs: number;
  readonly endMs: number;
  readonly samples: Int16Array;
}

const frameMs = 20;
const silenceBelowDbfs = -45;

/** Where something is heard, in frames of 20 ms. */
export function soundingParts(samples: Int16Array, sampleRate: number): SoundingPart[] {
  const frameLength = (sampleRate * frameMs) / 1000;
  const parts: SoundingPart[] = [];
  let start: number | undefined;
  const close = (end: number): void => {
    if (start === undefined) return;
    const startMs = start * frameMs;
    parts.push({ startMs, endMs: end * frameMs, samples: samples.subarray(start * frameLength, end * frameLength) });
    start = undefined;
  };
  const frames = Math.floor(samples.length / frameLength);
  for (let frame = 0; frame < frames; frame++) {
    const sounds = rmsDbfs(samples.subarray(frame * frameLength, (frame + 1) * frameLength)) > silenceBelowDbfs;
    if (sounds) start ??= frame;
    else close(frame);
  }
  close(frames);
  return parts;
}

/** The longest stretch of sound. */
export function longestPart(samples: Int16Array, sampleRate: number): SoundingPart {
  const [longest] = soundingParts(samples, sampleRate).sort((a, b) => b.endMs - b.startMs - (a.endMs - a.startMs));
  if (!longest) throw new Error("The recording is silent");
  return longest;
}
