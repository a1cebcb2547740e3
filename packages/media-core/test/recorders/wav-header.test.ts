import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readWavFile, wavHeader, wavHeaderBytes } from "@sidetone/media-core";

let directory: string;
beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), "sidetone-header-"))));
afterAll(() => rm(directory, { recursive: true }));

function setUp(dataBytes: number) {
  const header = Buffer.from(wavHeader(16_000, 2, dataBytes));
  const fourCc = (at: number) => header.subarray(at, at + 4).toString("latin1");
  return { header, fourCc };
}

describe("WAV header", () => {
  test("is RIFF, with room for longer sizes, up to 4 GiB", () => {
    const { header, fourCc } = setUp(4_000_000_000);
    expect([0, 8, 12, 48, 72].map(fourCc)).toEqual(["RIFF", "WAVE", "JUNK", "fmt ", "data"]);
    expect([header.readUInt32LE(4), header.readUInt32LE(76)]).toEqual([4_000_000_072, 4_000_000_000]);
    expect(header.length).toBe(wavHeaderBytes);
  });

  test("is RF64 beyond, with its sizes in ds64 (EBU Tech 3306)", () => {
    const { header, fourCc } = setUp(2 ** 32);
    expect([0, 8, 12, 48, 72].map(fourCc)).toEqual(["RF64", "WAVE", "ds64", "fmt ", "data"]);
    expect([header.readUInt32LE(4), header.readUInt32LE(76)]).toEqual([0xffff_ffff, 0xffff_ffff]);
    const longs = [20, 28, 36].map((at) => Number(header.readBigUInt64LE(at)));
    expect(longs).toEqual([2 ** 32 + 72, 2 ** 32, 2 ** 30]);
  });

  test.each([100, 2 ** 32])("is read back, %i bytes stated", async (dataBytes) => {
    const path = join(directory, "header.wav");
    await writeFile(path, Buffer.concat([setUp(dataBytes).header, Buffer.alloc(100, 1)]));
    expect(await readWavFile(path)).toEqual({ sampleRate: 16_000, samples: new Int16Array(25).fill(257) });
  });
});
