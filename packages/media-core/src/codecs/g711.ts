import { PitchConcealment } from "../dsp/pitch-concealment.ts";
import type { AudioCodec, AudioDecoder, AudioEncoder } from "./audio-codec.ts";
import { aLaw, muLaw, type CompandingLaw } from "./g711-tables.ts";

const sampleRate = 8000;

/** PCMU: ITU-T G.711 µ-law, one byte per sample at 8 kHz (RFC 3551 §4.5.14). */
export const PCMU: AudioCodec = g711("PCMU", 0, muLaw);

/** PCMA: ITU-T G.711 A-law, one byte per sample at 8 kHz (RFC 3551 §4.5.14). */
export const PCMA: AudioCodec = g711("PCMA", 8, aLaw);

function g711(encodingName: string, staticPayloadType: number, law: CompandingLaw): AudioCodec {
  // It keeps no state, so one serves all streams; made when first needed, like the tables.
  let encoder: G711Encoder | undefined;
  return {
    encodingName,
    clockRate: sampleRate,
    sampleRate,
    channels: 1,
    staticPayloadType,
    defaultPtimeMs: 20,
    // ITU-T G.113 Appendix I: G.711 with its loss concealment under random loss; 4.3 without.
    quality: { ie: 0, bpl: 25.1 },
    maxPayloadBytes: (ptimeMs) => (ptimeMs * sampleRate) / 1000,
    samplesIn: (payload) => payload.length,
    createEncoder: () => (encoder ??= new G711Encoder(law)),
    createDecoder: () => new G711Decoder(law),
  };
}

class G711Encoder implements AudioEncoder {
  readonly #compress: Uint8Array;

  constructor(law: CompandingLaw) {
    this.#compress = law.compress;
  }

  encode(samples: Int16Array, target: Uint8Array): number {
    const compress = this.#compress;
    const { length } = samples;
    let i = 0;
    // Four at a time take half as long.
    for (; i + 4 <= length; i += 4) {
      target[i] = compress[(samples[i]! >> 2) & 0x3fff]!;
      target[i + 1] = compress[(samples[i + 1]! >> 2) & 0x3fff]!;
      target[i + 2] = compress[(samples[i + 2]! >> 2) & 0x3fff]!;
      target[i + 3] = compress[(samples[i + 3]! >> 2) & 0x3fff]!;
    }
    for (; i < length; i++) target[i] = compress[(samples[i]! >> 2) & 0x3fff]!;
    return length;
  }
}

class G711Decoder implements AudioDecoder {
  readonly #expand: Int16Array;
  readonly #concealment = new PitchConcealment(sampleRate);

  constructor(law: CompandingLaw) {
    this.#expand = law.expand;
  }

  decode(payload: Uint8Array, target: Int16Array): number {
    const expand = this.#expand;
    const length = Math.min(payload.length, target.length);
    let i = 0;
    for (; i + 4 <= length; i += 4) {
      target[i] = expand[payload[i]!]!;
      target[i + 1] = expand[payload[i + 1]!]!;
      target[i + 2] = expand[payload[i + 2]!]!;
      target[i + 3] = expand[payload[i + 3]!]!;
    }
    for (; i < length; i++) target[i] = expand[payload[i]!]!;
    this.#concealment.receive(target, length);
    return length;
  }

  conceal(target: Int16Array): number {
    this.#concealment.conceal(target);
    return target.length;
  }
}
