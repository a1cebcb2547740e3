import { CodecRegistry, toneLevel, type AudioCodec } from "@sidetone/media-core";
import type { Clock } from "@sidetone/infra-common";
import type { Check } from "../check.ts";
import { finding, type Finding } from "../finding.ts";

const toneHz = 440;
const amplitude = 8000;
const audioMs = 1000;
/** The best of so many counts, after one to warm up: what else the computer did meanwhile is left out. */
const runs = 3;
/** Of the level of the tone, in dB: far more than any codec of speech changes it. */
const levelTolerance = 3;
/** Below this many times real time, one call alone takes a tenth of a processor. */
const leastTimesRealTime = 10;

/** Whether each codec gives back what it was given, and how fast. */
export function codecsCheck(codecs: readonly AudioCodec[] = new CodecRegistry().codecs): Check {
  return {
    name: "codecs",
    title: "Codecs",
    run: async (examination) => {
      await examination.visits; // their times are right only while nobody computes
      return codecs.map((codec) => examine(codec, examination.environment.clock));
    },
  };
}

function examine(codec: AudioCodec, clock: Clock): Finding {
  const { encodingName: subject, sampleRate } = codec;
  const samples = Int16Array.from(
    { length: (sampleRate * audioMs) / 1000 },
    (_, i) => amplitude * Math.sin((2 * Math.PI * toneHz * i) / sampleRate),
  );
  const heard = thereAndBack(codec, samples);
  const tookMs = Math.min(...Array.from({ length: runs }, () => timeOf(() => thereAndBack(codec, samples), clock)));
  const timesRealTime = tookMs > 0 ? Number((audioMs / tookMs).toPrecision(2)) : null;
  const data = { codec: subject, sampleRate, timesRealTime };
  if (!isSame(heard, samples, sampleRate)) {
    const advice = "report this with your Node version; until then leave the codec out with --codecs or account.codecs";
    return finding("CODEC_BROKEN", `${subject} does not give back what it was given`, { subject, advice, data });
  }
  const speed = timesRealTime === null ? "" : `, ${timesRealTime} times as fast as real time`;
  const text = `${subject} at ${sampleRate / 1000} kHz works here${speed}`;
  if (timesRealTime === null || timesRealTime >= leastTimesRealTime) return finding("CODEC_WORKS", text, { subject, data });
  return finding("CODEC_SLOW", text, { subject, advice: "prefer PCMU or PCMA on this computer, or expect few calls at a time", data });
}

function timeOf(run: () => void, clock: Clock): number {
  const startedAtMs = clock.now();
  run();
  return clock.now() - startedAtMs;
}

/** Through an encoder and a decoder, packet by packet, as in a call. */
function thereAndBack(codec: AudioCodec, samples: Int16Array): Int16Array {
  const { defaultPtimeMs, sampleRate } = codec;
  const packetSamples = (sampleRate * defaultPtimeMs) / 1000;
  const [encoder, decoder] = [codec.createEncoder(), codec.createDecoder()];
  const payload = new Uint8Array(codec.maxPayloadBytes(defaultPtimeMs));
  const frame = new Int16Array(packetSamples * codec.channels);
  const stereo = new Int16Array(packetSamples * codec.channels);
  const heard = new Int16Array(samples.length);
  for (let at = 0; at + packetSamples <= samples.length; at += packetSamples) {
    for (let i = 0; i < stereo.length; i++) stereo[i] = samples[at + Math.floor(i / codec.channels)]!;
    const bytes = encoder.encode(stereo, payload);
    decoder.decode(payload.subarray(0, bytes), frame);
    for (let i = 0; i < packetSamples; i++) heard[at + i] = frame[i * codec.channels]!;
  }
  return heard;
}

/** The first half is left out: codecs with a delay begin with silence. */
function isSame(heard: Int16Array, given: Int16Array, sampleRate: number): boolean {
  const [there, back] = [given, heard].map((samples) => toneLevel(samples.subarray(samples.length / 2), sampleRate, toneHz));
  return Math.abs(there! - back!) < levelTolerance;
}
