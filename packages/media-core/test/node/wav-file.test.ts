import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findTone, readWavFile } from "@sidetone/media-core";
import { chunk, formatChunk, pcm16, wav, type FormatOptions } from "./wav-bytes.ts";

let directory: string;
beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), "sidetone-wav-"))));
afterAll(() => rm(directory, { recursive: true }));

async function setUp(bytes: Uint8Array) {
  const path = join(directory, "file.wav");
  await writeFile(path, bytes);
  return { path, read: async () => [...(await readWavFile(path)).samples] };
}

const samples = [0, 1, -1, 1000, -1000, 32_767, -32_768, 12_345];

/** Writes one number per sample with a DataView method. */
function encode(bits: number, write: (view: DataView, at: number, value: number) => void, values = samples): Uint8Array {
  const bytes = new Uint8Array((values.length * bits) / 8);
  values.forEach((value, i) => write(new DataView(bytes.buffer), (i * bits) / 8, value));
  return bytes;
}

const put24 = (view: DataView, at: number, value: number) => {
  view.setUint8(at, (value * 256) & 0xff);
  view.setInt16(at + 1, value, true);
};

const encodings: { name: string; format: FormatOptions; data: Uint8Array }[] = [
  { name: "16-bit integers", format: { bits: 16 }, data: pcm16(samples) },
  { name: "24-bit integers", format: { bits: 24 }, data: encode(24, put24) },
  { name: "32-bit integers", format: { bits: 32 }, data: encode(32, (view, at, value) => view.setInt32(at, value * 65_536, true)) },
  { name: "32-bit floats", format: { tag: 3, bits: 32 }, data: encode(32, (view, at, value) => view.setFloat32(at, value / 32_768, true)) },
  { name: "64-bit floats", format: { tag: 3, bits: 64 }, data: encode(64, (view, at, value) => view.setFloat64(at, value / 32_768, true)) },
  { name: "20 bits in three bytes", format: { bits: 20, blockAlign: 3 }, data: encode(24, put24) },
];

describe("reading WAV files", () => {
  describe.each(encodings)("of $name", ({ format, data }) => {
    test.each([{ extensible: false }, { extensible: true }])(
      "gives the samples (WAVE_FORMAT_EXTENSIBLE: $extensible)",
      async ({ extensible }) => {
        const { read } = await setUp(wav([formatChunk({ ...format, extensible }), chunk("data", data)]));
        expect(await read()).toEqual(samples);
      },
    );
  });

  test("takes eight bits as unsigned", async () => {
    const { read } = await setUp(wav([formatChunk({ bits: 8 }), chunk("data", Uint8Array.of(0, 128, 255))]));
    expect(await read()).toEqual([-32_768, 0, 32_512]);
  });

  test("expands A-law and µ-law (format tags 6 and 7)", async () => {
    const codes = Uint8Array.of(0x00, 0x55, 0xd5, 0xff);
    const { read: aLaw } = await setUp(wav([formatChunk({ tag: 6, bits: 8 }), chunk("data", codes)]));
    expect(await aLaw()).toEqual([-5504, -8, 8, 848]);
    const { read: muLaw } = await setUp(wav([formatChunk({ tag: 7, bits: 8 }), chunk("data", codes)]));
    expect(await muLaw()).toEqual([-32_124, -716, 716, 0]);
  });

  test("rounds wide samples, saturates loud floats and takes what is no number for silence", async () => {
    const values = [1.5, -1.5, NaN, Infinity, 100.4 / 32_768, 100.6 / 32_768];
    const data = encode(32, (view, at, value) => view.setFloat32(at, value, true), values);
    const { read } = await setUp(wav([formatChunk({ tag: 3, bits: 32 }), chunk("data", data)]));
    expect(await read()).toEqual([32_767, -32_768, 0, 32_767, 100, 101]);
  });

  test("mixes channels down to their average", async () => {
    const { read } = await setUp(wav([formatChunk({ channels: 2 }), chunk("data", pcm16([100, 300, -32_768, -32_768, 32_767, -32_768]))]));
    expect(await read()).toEqual([200, -32_768, 0]);
    const { read: surround } = await setUp(wav([formatChunk({ channels: 6 }), chunk("data", pcm16([1, 2, 3, 4, 5, 3]))]));
    expect(await surround()).toEqual([3]);
  });

  test("passes over other chunks, of odd length too, padded or not", async () => {
    const list = chunk("LIST", new Uint8Array(7));
    const unpadded = chunk("note", new Uint8Array(5), { pad: false });
    const { read } = await setUp(
      wav([list, formatChunk(), unpadded, chunk("fact", new Uint8Array(4)), chunk("data", pcm16(samples)), list]),
    );
    expect(await read()).toEqual(samples);
  });

  test.each([
    { writer: "crashed before it filled in its sizes", dataSize: 0, riffSize: 0 },
    { writer: "streamed and never knew its size", dataSize: 0xffff_ffff, riffSize: 0xffff_ffff },
    { writer: "stated more than it wrote", dataSize: 1_000_000, riffSize: 1_000_036 },
    { writer: "counted the audio but not the file", dataSize: 16, riffSize: 0 },
  ])("reads what is there when the writer $writer", async ({ dataSize, riffSize }) => {
    const { read } = await setUp(wav([formatChunk(), chunk("data", pcm16(samples), { statedSize: dataSize })], { statedSize: riffSize }));
    expect(await read()).toEqual(samples);
  });

  test("reads an empty recording as empty, even with chunks behind it", async () => {
    const { read } = await setUp(wav([formatChunk(), chunk("data", new Uint8Array(0)), chunk("LIST", new Uint8Array(8))]));
    expect(await read()).toEqual([]);
  });

  test("drops half a sample at the end of a file that was cut off", async () => {
    const { read } = await setUp(wav([formatChunk({ channels: 2 }), chunk("data", pcm16([10, 20, 30]))]));
    expect(await read()).toEqual([15]);
  });

  test("reads RF64 with its 64-bit sizes (EBU Tech 3306)", async () => {
    const long = new Uint8Array(28);
    new DataView(long.buffer).setBigUint64(8, 16n, true);
    const chunks = [
      chunk("ds64", long),
      formatChunk(),
      chunk("data", pcm16(samples), { statedSize: 0xffff_ffff }),
      chunk("LIST", new Uint8Array(64)),
    ];
    const { read } = await setUp(wav(chunks, { kind: "RF64", statedSize: 0xffff_ffff }));
    expect(await read()).toEqual(samples);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ["an empty file", new Uint8Array(0), /0 bytes/],
    ["an MP3 file", Buffer.from("ID3\u0003 and so on and on"), /begins with "ID3/],
    ["an Ogg file", Buffer.from("OggS and so on and on"), /begins with "OggS"/],
    ["big-endian RIFX", wav([formatChunk(), chunk("data", pcm16(samples))], { kind: "RIFX" }), /RIFX/],
    ["compressed audio", wav([formatChunk({ tag: 0x11, bits: 4, blockAlign: 256 }), chunk("data", new Uint8Array(256))]), /IMA ADPCM/],
    ["no format", wav([chunk("data", pcm16(samples))]), /before its "fmt " chunk/],
    ["no audio", wav([formatChunk()]), /ends before its audio/],
    ["half a format", wav([chunk("fmt ", new Uint8Array(6)), chunk("data", pcm16(samples))]), /cut off/],
    ["no channels", wav([formatChunk({ channels: 0, blockAlign: 0 }), chunk("data", pcm16(samples))]), /0 channels/],
    ["no sample rate", wav([formatChunk({ sampleRate: 0 }), chunk("data", pcm16(samples))]), /rate of 0 Hz/],
    ["no chunks but empty ones", wav([new Uint8Array(400_000)]), /no "fmt " chunk/],
  ])("refuses %s, naming the path and what to do", async (_, bytes, reason) => {
    const { path } = await setUp(bytes);
    const error = await readWavFile(path).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: "MediaError", code: "MEDIA_FILE_UNSUPPORTED", path });
    expect((error as Error).message).toMatch(reason);
    expect((error as Error).message).toContain("sox");
  });

  test.each([
    { what: "a file that is not there", name: "missing.wav", reason: /no such file/ },
    { what: "a directory", name: ".", reason: /it is a directory/ },
  ])("says why it cannot read $what", async ({ name, reason }) => {
    const path = join(directory, name);
    const error = await readWavFile(path).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: "MEDIA_FILE_UNREADABLE",
      path,
      cause: expect.objectContaining({ code: expect.any(String) as string }) as Error,
    });
    expect((error as Error).message).toMatch(reason);
  });

  test("reads any bytes in bounded time: a file or a MediaError", async () => {
    const valid = wav([chunk("LIST", new Uint8Array(9)), formatChunk({ extensible: true }), chunk("data", pcm16(samples))]);
    for (let at = 0; at < valid.length; at++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        const bytes = Uint8Array.from(valid);
        bytes[at] = value;
        const { path } = await setUp(at % 3 === 0 ? bytes.subarray(0, at) : bytes);
        const outcome = await readWavFile(path).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome.name).toBe("MediaError");
      }
    }
  });

  test("stops when aborted", async () => {
    const { path } = await setUp(wav([formatChunk(), chunk("data", pcm16(samples))]));
    const reason = new Error("enough");
    await expect(readWavFile(path, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

const hasSox = spawnSync("sox", ["--version"]).status === 0;

describe.skipIf(!hasSox)("reading what sox writes (skipped without sox)", () => {
  test.each([
    ["8-bit", ["-b", "8", "-e", "unsigned"]],
    ["16-bit", ["-b", "16", "-e", "signed"]],
    ["24-bit", ["-b", "24", "-e", "signed"]],
    ["32-bit", ["-b", "32", "-e", "signed"]],
    ["float", ["-b", "32", "-e", "float"]],
    ["A-law", ["-e", "a-law"]],
    ["µ-law", ["-e", "mu-law"]],
  ])("%s, mono and stereo, at 11,025 and 48,000 Hz", async (_, encoding) => {
    for (const [rate, channels] of [
      ["11025", "1"],
      ["48000", "2"],
    ] as const) {
      const path = join(directory, "sox.wav");
      execFileSync("sox", ["-n", "-r", rate, "-c", channels, ...encoding, path, "synth", "0.5", "sine", "440", "gain", "-10"]);
      const clip = await readWavFile(path);
      expect(clip.sampleRate).toBe(Number(rate));
      expect(clip.samples.length).toBe(Math.floor(0.5 * clip.sampleRate));
      const found = findTone(clip.samples, clip.sampleRate)!;
      expect(found.hz).toBeCloseTo(440, 0);
      expect(found.levelDbfs).toBeCloseTo(-13.01, 1);
    }
  });
});
