import { readFile } from "node:fs/promises";

/** The channels of a 16-bit WAV file apart, which `readWavFile` mixes. */
export async function readChannels(path: string): Promise<{ sampleRate: number; channels: Int16Array[] }> {
  const bytes = await readFile(path);
  const format = chunk(bytes, "fmt ");
  const data = chunk(bytes, "data");
  const [count, sampleRate, bits] = [format.readUInt16LE(2), format.readUInt32LE(4), format.readUInt16LE(14)];
  if (bits !== 16) throw new Error(`${path} has ${bits} bits a sample, not 16`);
  const frames = Math.floor(data.length / (2 * count));
  const channels = Array.from({ length: count }, (_, channel) =>
    Int16Array.from({ length: frames }, (_, frame) => data.readInt16LE(2 * (frame * count + channel))),
  );
  return { sampleRate, channels };
}

/** The content of the RIFF chunk of this name. */
function chunk(bytes: Buffer, name: string): Buffer {
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32LE(at + 4);
    if (bytes.toString("latin1", at, at + 4) === name) return bytes.subarray(at + 8, at + 8 + length);
    at += 8 + length + (length % 2);
  }
  throw new Error(`There is no chunk ${JSON.stringify(name)}`);
}
