import { MediaError } from "../media-error.ts";

/** A file, or anything else that can be read at any place. */
export interface RandomAccess {
  /** For messages. */
  readonly path: string;
  readonly size: number;
  /** Reads up to `length` bytes from `offset`; fewer only at the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Where the audio of a WAV file lies and how it is stored. */
export interface WavLayout {
  readonly encoding: "integer" | "float" | "A-law" | "µ-law";
  /** Of the container: 8, 16, 24 or 32 for integers, 32 or 64 for floats, 8 for A-law and µ-law. */
  readonly bitsPerSample: number;
  readonly channels: number;
  /** In Hz. */
  readonly sampleRate: number;
  /** Bytes of one sample of all channels. */
  readonly frameBytes: number;
  readonly dataOffset: number;
  /** Whole frames only. */
  readonly dataBytes: number;
}

type Format = Omit<WavLayout, "dataOffset" | "dataBytes">;

interface Chunk {
  readonly id: string;
  readonly dataOffset: number;
  readonly size: number;
}

const mostChunks = 1000;
const unknownSize = 0xffff_ffff;
const formatNames: Readonly<Record<number, string>> = {
  2: "Microsoft ADPCM",
  0x11: "IMA ADPCM",
  0x31: "GSM 6.10",
  0x50: "MPEG",
  0x55: "MP3",
};

/**
 * Finds the audio in a RIFF, RF64 or BW64 file (Microsoft Multimedia Programming Interface 1.0; EBU Tech 3306).
 *
 * Tolerates what is met in the field: chunks in any number and of odd length, with or without padding; sizes of 0 or 0xFFFFFFFF
 * from a writer that streamed or crashed; audio that is cut off.
 *
 * @throws {MediaError} `MEDIA_FILE_UNSUPPORTED` for anything that is no WAV file, or whose audio is compressed.
 */
export async function readWavLayout(file: RandomAccess): Promise<WavLayout> {
  const head = view(await file.read(0, 12));
  const kind = head.byteLength < 12 ? "" : fourCc(head, 0);
  if (!["RIFF", "RF64", "BW64"].includes(kind) || fourCc(head, 8) !== "WAVE") throw notWav(file, head);
  let format: Format | undefined;
  let longDataSize: number | undefined;
  for await (const chunk of chunks(file)) {
    if (chunk.id === "ds64") longDataSize = await readLongDataSize(file, chunk);
    else if (chunk.id === "fmt ") format = readFormat(file, view(await file.read(chunk.dataOffset, Math.min(chunk.size, 40))));
    else if (chunk.id === "data") {
      if (!format) throw unsupported(file, 'its "data" chunk comes before its "fmt " chunk');
      const size = chunk.size === unknownSize ? (longDataSize ?? unknownSize) : chunk.size;
      const bytes = audioBytes(size, file.size - chunk.dataOffset, head.getUint32(4, true) + 8 < file.size);
      return { ...format, dataOffset: chunk.dataOffset, dataBytes: bytes - (bytes % format.frameBytes) };
    }
  }
  throw unsupported(file, format ? "it ends before its audio" : 'it has no "fmt " chunk');
}

async function* chunks(file: RandomAccess): AsyncGenerator<Chunk, void, undefined> {
  let offset = 12;
  for (let count = 0; count < mostChunks && offset + 8 <= file.size; count++) {
    const head = view(await file.read(offset, 8));
    if (head.byteLength < 8) return;
    const size = head.getUint32(4, true);
    yield { id: fourCc(head, 0), dataOffset: offset + 8, size };
    offset += 8 + size;
    if (size % 2 === 1 && !(await startsChunk(file, offset))) offset++;
  }
}

/** Chunks of odd length are padded, but not by every writer. */
async function startsChunk(file: RandomAccess, offset: number): Promise<boolean> {
  const id = await file.read(offset, 4);
  return id.length === 4 && id.every((byte) => byte >= 0x20 && byte < 0x7f);
}

/** @param isUnfinished Whether the file goes on after the end that its first header states. */
function audioBytes(stated: number, available: number, isUnfinished: boolean): number {
  // A writer that crashed never filled the size in; an empty recording states a file that ends here.
  if (stated === 0 && isUnfinished) return available;
  return Math.min(stated, available);
}

async function readLongDataSize(file: RandomAccess, chunk: Chunk): Promise<number | undefined> {
  const bytes = view(await file.read(chunk.dataOffset, 16));
  return bytes.byteLength < 16 ? undefined : Number(bytes.getBigUint64(8, true));
}

function readFormat(file: RandomAccess, bytes: DataView): Format {
  if (bytes.byteLength < 16) throw unsupported(file, 'its "fmt " chunk is cut off');
  let tag = bytes.getUint16(0, true);
  // WAVE_FORMAT_EXTENSIBLE: the real tag opens the sub-format GUID.
  if (tag === 0xfffe && bytes.byteLength >= 26) tag = bytes.getUint16(24, true);
  const channels = bytes.getUint16(2, true);
  const sampleRate = bytes.getUint32(4, true);
  const blockAlign = bytes.getUint16(12, true);
  const bits = bytes.getUint16(14, true);
  if (channels === 0 || channels > 64) throw unsupported(file, `it states ${channels} channels`);
  if (sampleRate < 1000 || sampleRate > 768_000) throw unsupported(file, `it states a sample rate of ${sampleRate} Hz`);
  // Samples of odd width (12 or 20 bits) are left-justified in whole bytes.
  const sampleBytes = blockAlign > 0 && blockAlign % channels === 0 ? blockAlign / channels : Math.ceil(bits / 8);
  const encoding = encodingOf(tag, sampleBytes);
  if (!encoding) throw unsupported(file, `its audio is ${formatNames[tag] ?? `format ${tag}`} with ${bits} bits`);
  return { encoding, bitsPerSample: sampleBytes * 8, channels, sampleRate, frameBytes: sampleBytes * channels };
}

function encodingOf(tag: number, sampleBytes: number): WavLayout["encoding"] | undefined {
  if (tag === 1 && sampleBytes >= 1 && sampleBytes <= 4) return "integer";
  if (tag === 3 && (sampleBytes === 4 || sampleBytes === 8)) return "float";
  if (tag === 6 && sampleBytes === 1) return "A-law";
  if (tag === 7 && sampleBytes === 1) return "µ-law";
  return undefined;
}

function notWav(file: RandomAccess, head: DataView): MediaError {
  if (head.byteLength < 12) return unsupported(file, `it has ${file.size} bytes, too few for a WAV file`);
  const start = fourCc(head, 0).replaceAll(/[^\x20-\x7e]/g, "·");
  return unsupported(file, `it is no WAV file (it begins with ${JSON.stringify(start)})`);
}

function unsupported(file: RandomAccess, reason: string): MediaError {
  const advice = "Convert it to 16-bit PCM, for example: sox INPUT -b 16 -e signed OUTPUT.wav";
  return new MediaError("MEDIA_FILE_UNSUPPORTED", `Cannot play ${JSON.stringify(file.path)}: ${reason}. ${advice}`, { path: file.path });
}

function fourCc(bytes: DataView, at: number): string {
  return String.fromCharCode(bytes.getUint8(at), bytes.getUint8(at + 1), bytes.getUint8(at + 2), bytes.getUint8(at + 3));
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
