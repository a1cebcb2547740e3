/** One RIFF chunk, padded to an even length unless told otherwise. */
export function chunk(id: string, data: Uint8Array, options: { statedSize?: number; pad?: boolean } = {}): Uint8Array {
  const padding = data.length % 2 === 1 && options.pad !== false ? 1 : 0;
  const bytes = new Uint8Array(8 + data.length + padding);
  bytes.set(Buffer.from(id, "latin1"));
  new DataView(bytes.buffer).setUint32(4, options.statedSize ?? data.length, true);
  bytes.set(data, 8);
  return bytes;
}

export interface FormatOptions {
  tag?: number;
  channels?: number;
  sampleRate?: number;
  bits?: number;
  blockAlign?: number;
  /** Wraps the tag in WAVE_FORMAT_EXTENSIBLE. */
  extensible?: boolean;
}

export function formatChunk(options: FormatOptions = {}): Uint8Array {
  const { tag = 1, channels = 1, sampleRate = 8000, bits = 16, extensible = false } = options;
  const blockAlign = options.blockAlign ?? (channels * bits) / 8;
  const data = new Uint8Array(extensible ? 40 : 16);
  const view = new DataView(data.buffer);
  view.setUint16(0, extensible ? 0xfffe : tag, true);
  view.setUint16(2, channels, true);
  view.setUint32(4, sampleRate, true);
  view.setUint32(8, sampleRate * blockAlign, true);
  view.setUint16(12, blockAlign, true);
  view.setUint16(14, bits, true);
  if (extensible) {
    view.setUint16(16, 22, true);
    view.setUint16(18, bits, true);
    data.set(Buffer.from("0000000000001000800000aa00389b71", "hex"), 24);
    view.setUint16(24, tag, true);
  }
  return chunk("fmt ", data);
}

/** A WAV file of these chunks. */
export function wav(chunks: Uint8Array[], options: { kind?: string; statedSize?: number } = {}): Uint8Array {
  const body = Buffer.concat(chunks);
  const bytes = Buffer.concat([Buffer.from(`${options.kind ?? "RIFF"}....WAVE`, "latin1"), body]);
  bytes.writeUInt32LE(options.statedSize ?? body.length + 4, 4);
  return bytes;
}

/** Little-endian 16-bit samples. */
export function pcm16(samples: ArrayLike<number>): Uint8Array {
  const bytes = Buffer.alloc(samples.length * 2);
  for (let i = 0; i < samples.length; i++) bytes.writeInt16LE(samples[i]!, 2 * i);
  return bytes;
}
