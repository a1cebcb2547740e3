import { aLaw, muLaw } from "../codecs/g711-tables.ts";
import { saturate } from "../dsp/saturate.ts";
import type { WavLayout } from "./wav-layout.ts";

/** Reads the sample at a byte offset, in 16-bit steps. */
type SampleReader = (bytes: DataView, at: number) => number;

const readers: Readonly<Record<string, SampleReader>> = {
  // Eight bits are unsigned, wider samples signed.
  "integer 8": (bytes, at) => (bytes.getUint8(at) - 128) * 256,
  "integer 16": (bytes, at) => bytes.getInt16(at, true),
  "integer 24": (bytes, at) => bytes.getInt16(at + 1, true) + bytes.getUint8(at) / 256,
  "integer 32": (bytes, at) => bytes.getInt32(at, true) / 65_536,
  "float 32": (bytes, at) => bytes.getFloat32(at, true) * 32_768,
  "float 64": (bytes, at) => bytes.getFloat64(at, true) * 32_768,
  "A-law 8": (bytes, at) => aLaw.expand[bytes.getUint8(at)]!,
  "µ-law 8": (bytes, at) => muLaw.expand[bytes.getUint8(at)]!,
};

/**
 * Decodes frames of a WAV file to mono 16-bit PCM: channels are averaged, wider samples rounded, floats above full scale saturated.
 *
 * @param bytes Whole frames.
 * @param offset Where in `target` to begin.
 * @returns The number of samples written: the number of frames.
 */
export function decodeWavFrames(layout: WavLayout, bytes: Uint8Array, target: Int16Array, offset: number): number {
  const { channels, frameBytes } = layout;
  const read = readers[`${layout.encoding} ${layout.bitsPerSample}`]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sampleBytes = frameBytes / channels;
  const frames = Math.floor(bytes.length / frameBytes);
  for (let frame = 0, at = 0; frame < frames; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++, at += sampleBytes) sum += read(view, at);
    target[offset + frame] = saturate(sum / channels);
  }
  return frames;
}
