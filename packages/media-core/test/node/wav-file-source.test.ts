import { stat } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { findTone, openWavFile, type OpenWavOptions, type WavFileSource } from "@sidetone/media-core";
import { sine, speechLike } from "../signals.ts";
import { chunk, formatChunk, pcm16, wav } from "./wav-bytes.ts";

/** A disk that can be stopped, or broken, and counts its open files. */
const disk = vi.hoisted(() => ({
  gate: Promise.resolve(),
  failure: undefined as Error | undefined,
  openFiles: 0,
  reads: 0,
  pendingReads: 0,
}));

vi.mock("node:fs/promises", async (importOriginal) => {
  const original = await importOriginal<typeof import("node:fs/promises")>();
  const open = async (path: string, flags: string): Promise<FileHandle> => {
    const handle = await original.open(path, flags);
    disk.openFiles++;
    const [read, close] = [handle.read.bind(handle), handle.close.bind(handle)];
    handle.read = (async (...parameters: Parameters<typeof read>) => {
      disk.reads++;
      await disk.gate;
      if (disk.failure) throw disk.failure;
      disk.pendingReads++;
      return read(...parameters).finally(() => disk.pendingReads--);
    }) as typeof handle.read;
    handle.close = async () => {
      disk.openFiles--;
      await close();
    };
    return handle;
  };
  return { ...original, open };
});

let directory: string;
beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), "sidetone-play-"))));
beforeEach(() => Object.assign(disk, { gate: Promise.resolve(), failure: undefined, openFiles: 0, reads: 0, pendingReads: 0 }));
afterAll(() => rm(directory, { recursive: true }));

async function setUp(samples: Int16Array, options: OpenWavOptions & { sampleRate?: number } = {}) {
  const { sampleRate = 16_000, ...openOptions } = options;
  const path = join(directory, "file.wav");
  await writeFile(path, wav([formatChunk({ sampleRate }), chunk("data", pcm16(samples))]));
  const source = await openWavFile(path, openOptions);
  return { path, source };
}

/** Reads as a call would, giving the disk time every half second of audio; at most `mostSeconds`. */
async function play(source: WavFileSource, rate: number, mostSeconds = Infinity): Promise<Int16Array> {
  const output: number[] = [];
  const frame = new Int16Array(rate / 50);
  for (let count = frame.length; count === frame.length && output.length < mostSeconds * rate;) {
    count = source.read(frame, rate);
    output.push(...frame.subarray(0, count));
    await diskTurn();
  }
  return Int16Array.from(output);
}

/** Resolves when all reads that can go on are done. */
async function diskTurn(): Promise<void> {
  do await new Promise<void>((resolve) => stat(directory, () => resolve()));
  while (disk.pendingReads > 0);
}

/** −1 when both are the same; toEqual takes seconds for millions of samples. */
function firstDifference(actual: Int16Array, wanted: Int16Array): number {
  if (actual.length !== wanted.length) return Math.min(actual.length, wanted.length);
  return actual.findIndex((sample, i) => sample !== wanted[i]);
}

const twoMinutes = speechLike(16_000, 120);

describe("WAV player", () => {
  test("loads a small file whole, closes it at once and tells what it is", async () => {
    const { source } = await setUp(sine(16_000, 440, 2));
    expect(source).toMatchObject({ durationMs: 2000, sampleRate: 16_000, channels: 1, lateMs: 0 });
    await source.closed;
    expect(disk.openFiles).toBe(0);
    const played = await play(source, 8000);
    expect(played.length / 8).toBeGreaterThanOrEqual(2000);
    expect(played.length / 8).toBeLessThan(2005);
    expect(findTone(played, 8000)!.hz).toBeCloseTo(440, 1);
  });

  test("streams a large file, sample for sample, and closes it", async () => {
    const { source } = await setUp(twoMinutes);
    expect(source.durationMs).toBe(120_000);
    expect(firstDifference(await play(source, 16_000), twoMinutes)).toBe(-1);
    expect(source.lateMs).toBe(0);
    source.close();
    await source.closed;
    expect(disk.openFiles).toBe(0);
  });

  test("holds two seconds of a large file, not more", async () => {
    const { source } = await setUp(twoMinutes);
    await diskTurn();
    expect(disk.reads).toBeLessThanOrEqual(4 + 8);
    source.close();
    await source.closed;
  });

  test("loops a large file without a gap", async () => {
    const { source } = await setUp(twoMinutes, { loop: true });
    const played = await play(source, 16_000, 125);
    expect(played.length).toBe(125 * 16_000);
    expect(firstDifference(played, Int16Array.from([...twoMinutes, ...twoMinutes.subarray(0, played.length - twoMinutes.length)]))).toBe(
      -1,
    );
    source.close();
    await source.closed;
  });

  test("loops a small file without a gap", async () => {
    const tone = sine(16_000, 400, 0.1);
    const { source } = await setUp(tone, { loop: true });
    const played = await play(source, 16_000, 1);
    expect(played.subarray(0, 8000)).toEqual(Int16Array.from([...tone, ...tone, ...tone, ...tone, ...tone]));
    source.close();
    expect(source.read(new Int16Array(320), 16_000)).toBe(0);
  });

  test("plays silence while the disk is late, and goes on where it was", async () => {
    const { source } = await setUp(twoMinutes);
    let release = () => {};
    disk.gate = new Promise((resolve) => (release = resolve));
    const stalled = await play(source, 16_000, 3);
    expect(stalled.length).toBe(48_000);
    expect(source.lateMs).toBeGreaterThanOrEqual(1000);
    const heard = 48_000 - source.lateMs * 16;
    expect(stalled.subarray(0, heard)).toEqual(twoMinutes.subarray(0, heard));
    expect(stalled.subarray(heard).every((sample) => sample === 0)).toBe(true);
    release();
    await diskTurn();
    const frame = new Int16Array(320);
    source.read(frame, 16_000);
    expect(frame).toEqual(twoMinutes.subarray(heard, heard + 320));
    source.close();
    await source.closed;
  });

  test("ends with a typed error when the disk fails under it", async () => {
    const { source, path } = await setUp(twoMinutes);
    disk.failure = Object.assign(new Error("EIO: i/o error, read"), { code: "EIO" });
    const played = await play(source, 16_000);
    expect(played.length).toBeGreaterThan(16_000);
    expect(played.length).toBeLessThan(16_000 * 4);
    expect(source.error).toMatchObject({ code: "MEDIA_FILE_UNREADABLE", path, cause: disk.failure });
    source.close();
    await source.closed;
    expect(disk.openFiles).toBe(0);
  });

  test("ends early, without an error, when someone cuts the file meanwhile", async () => {
    const { source, path } = await setUp(twoMinutes);
    await truncate(path, 44 + 2 * 16_000 * 10 + 1);
    expect(firstDifference(await play(source, 16_000), twoMinutes.subarray(0, 160_000))).toBe(-1);
    expect(source.error).toBeUndefined();
    source.close();
    await source.closed;
  });

  test("may be closed while it reads", async () => {
    const { source } = await setUp(twoMinutes);
    source.read(new Int16Array(20_000), 16_000);
    source.close();
    source.close();
    expect(source.read(new Int16Array(320), 16_000)).toBe(0);
    await source.closed;
    expect(disk.openFiles).toBe(0);
  });

  test.each([
    { what: "no WAV file", bytes: Buffer.from("hello, this is text"), code: "MEDIA_FILE_UNSUPPORTED" },
    { what: "a file without audio", bytes: wav([formatChunk()]), code: "MEDIA_FILE_UNSUPPORTED" },
  ])("leaves nothing open when it is given $what", async ({ bytes, code }) => {
    const path = join(directory, "bad.wav");
    await writeFile(path, bytes);
    await expect(openWavFile(path)).rejects.toMatchObject({ code, path });
    expect(disk.openFiles).toBe(0);
  });

  test("leaves nothing open when aborted", async () => {
    const { path, source } = await setUp(twoMinutes);
    source.close();
    await source.closed;
    let release = () => {};
    disk.gate = new Promise((resolve) => (release = resolve));
    const controller = new AbortController();
    const opening = openWavFile(path, { signal: controller.signal });
    const reason = new Error("enough");
    controller.abort(reason);
    release();
    await expect(opening).rejects.toBe(reason);
    expect(disk.openFiles).toBe(0);
  });

  test("says which file it cannot find", async () => {
    await expect(openWavFile(join(directory, "missing.wav"))).rejects.toMatchObject({ code: "MEDIA_FILE_UNREADABLE" });
  });
});
