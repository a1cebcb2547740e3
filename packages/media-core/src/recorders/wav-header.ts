/** Bytes before the audio. */
export const wavHeaderBytes = 80;

const unknownSize = 0xffff_ffff;

/**
 * The header of a WAV file of 16-bit PCM that holds `dataBytes` of audio.
 *
 * ```
 * "RIFF" size "WAVE"   "JUNK" 28 …   "fmt " 16 …   "data" size   audio
 * ```
 * The JUNK chunk keeps the place of the "ds64" chunk: past 4 GiB the same header becomes an RF64 one (EBU Tech 3306).
 */
export function wavHeader(sampleRate: number, channels: number, dataBytes: number): Uint8Array {
  const header = new Uint8Array(wavHeaderBytes);
  const view = new DataView(header.buffer);
  const riffBytes = wavHeaderBytes - 8 + dataBytes;
  const isLong = riffBytes >= unknownSize;
  const frameBytes = channels * 2;
  fourCc(header, 0, isLong ? "RF64" : "RIFF");
  view.setUint32(4, isLong ? unknownSize : riffBytes, true);
  fourCc(header, 8, "WAVE");
  fourCc(header, 12, isLong ? "ds64" : "JUNK");
  view.setUint32(16, 28, true);
  if (isLong) {
    view.setBigUint64(20, BigInt(riffBytes), true);
    view.setBigUint64(28, BigInt(dataBytes), true);
    view.setBigUint64(36, BigInt(dataBytes / frameBytes), true);
  }
  fourCc(header, 48, "fmt ");
  view.setUint32(52, 16, true);
  view.setUint16(56, 1, true);
  view.setUint16(58, channels, true);
  view.setUint32(60, sampleRate, true);
  view.setUint32(64, sampleRate * frameBytes, true);
  view.setUint16(68, frameBytes, true);
  view.setUint16(70, 16, true);
  fourCc(header, 72, "data");
  view.setUint32(76, isLong ? unknownSize : dataBytes, true);
  return header;
}

function fourCc(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = text.charCodeAt(i);
}
