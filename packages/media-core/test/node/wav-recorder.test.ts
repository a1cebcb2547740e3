import type { FileHandle } from "node:fs/promises";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { readWavFile, rmsDbfs, toneLevel, WavRecorder, type WavRecorderOptions } from "@sidetone/media-core";
import { sine } from "../signals.ts";

/** A disk that can be stopped or filled up, and counts its open files. */
const disk = vi.hoisted(() => ({ gate: Promise.resolve(), failure: undefined as Error | undefined, openFiles: 0 }));

vi.mock("node:fs/promises", async (importOriginal) => {
  const original = await importOriginal<typeof import("node:fs/promises")>();
  const open = async (path: string, flags: string): Promise<FileHandle> => {
    const handle = await original.open(path, flags);
    disk.openFiles++;
    const [write, close] = [handle.write.bind(handle), handle.close.bind(handle)] as unknown as [
      (...parameters: unknown[]) => Promise<unknown>,
      () => Promise<void>,
    ];
    handle.write = (async (...parameters: unknown[]) => {
      await disk.gate;
      if (disk.failure) throw disk.failure;
      return write(...parameters);
    }) as unknown as typeof handle.write;
    handle.close = async () => {
      disk.openFiles--;
      await close();
    };
    return handle;
  };
  return { ...original, open };
});

let directory: string;
beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), "sidetone-record-"))));
beforeEach(() => Object.assign(disk, { gate: Promise.resolve(), failure: undefined, openFiles: 0 }));
afterAll(() => rm(directory, { recursive: true }));

async function setUp(options: WavRecorderOptions = {}) {
  const path = join(directory, "recording.wav");
  const recorder = await WavRecorder.open(path, options);
  /** Writes `samples` in 20 ms frames from `position` on. */
  const write = (side: "local" | "remote", samples: Int16Array, position = 0, sampleRate = 8000) => {
    const frame = sampleRate / 50;
    for (let at = 0; at < samples.length; at += frame) recorder[side].write(samples.subarray(at, at + frame), sampleRate, position + at);
  };
  /** Ends the recording and reads the channels back. */
  const finish = async () => {
    await recorder.close();
    const summary = await recorder.finished;
    const bytes = await readFile(path);
    expect(summary).toEqual({ path, bytes: bytes.length, durationMs: recorder.durationMs });
    const samples = new Int16Array(bytes.buffer.slice(bytes.byteOffset + 80, bytes.byteOffset + bytes.length));
    const channel = (index: number) => samples.filter((_, i) => i % 2 === index);
    return options.channels === "separate"
      ? { left: channel(0), right: channel(1), mono: samples }
      : { left: samples, right: samples, mono: samples };
  };
  return { path, recorder, write, finish };
}

const isSilent = (samples: Int16Array) => samples.length > 0 && samples.every((sample) => sample === 0);

describe("WAV recorder", () => {
  test("keeps local on the left and remote on the right, sample for sample", async () => {
    const { write, finish } = await setUp({ channels: "separate" });
    const [local, remote] = [sine(8000, 440, 3), sine(8000, 1000, 3)];
    for (let at = 0; at < local.length; at += 160) {
      write("local", local.subarray(at, at + 160), at);
      write("remote", remote.subarray(at, at + 160), at);
    }
    const { left, right } = await finish();
    expect(left).toEqual(local);
    expect(right).toEqual(remote);
  });

  test("mixes both sides into one channel, saturating", async () => {
    const { write, finish, path } = await setUp();
    write("local", new Int16Array(8000).fill(30_000));
    write("remote", new Int16Array(8000).fill(10_000), 4000);
    const { mono } = await finish();
    expect(mono.length).toBe(12_000);
    expect([mono[0], mono[3999], mono[4000], mono[7999], mono[8000], mono[11_999]]).toEqual([
      30_000, 30_000, 32_767, 32_767, 10_000, 10_000,
    ]);
    expect((await readWavFile(path)).samples).toEqual(mono);
  });

  test("fills gaps with silence, so that both sides stay aligned", async () => {
    const { write, finish } = await setUp({ channels: "separate" });
    const tone = new Int16Array(1600).fill(100);
    write("local", tone, 800);
    write("remote", tone, 1600);
    write("local", tone, 8000);
    write("remote", tone, 20_000);
    const { left, right } = await finish();
    const sounding = (samples: Int16Array) => [...samples].flatMap((sample, i) => (sample !== (samples[i - 1] ?? 0) ? [i] : []));
    expect(sounding(left)).toEqual([800, 2400, 8000, 9600]);
    expect(sounding(right)).toEqual([1600, 3200, 20_000]);
    expect(left.length).toBe(21_600);
  });

  test("writes hours of silence for hours of hold without holding them", async () => {
    const { write, finish, recorder } = await setUp();
    write("local", new Int16Array(160).fill(1));
    write("local", new Int16Array(160).fill(2), 8000 * 3600);
    expect(recorder.durationMs).toBe(3_600_020);
    const { mono } = await finish();
    expect(mono.length).toBe(8000 * 3600 + 160);
    expect([mono[159], mono[160], mono[8000 * 3600 - 1], mono[8000 * 3600]]).toEqual([1, 0, 0, 2]);
    expect(rmsDbfs(mono.subarray(160, 8000 * 3600))).toBe(-Infinity);
  });

  test("takes one side being up to half a second behind, and drops what comes later or twice", async () => {
    const { write, finish } = await setUp({ channels: "separate" });
    write("local", new Int16Array(16_000).fill(1));
    write("remote", new Int16Array(4000).fill(5), 12_000);
    write("remote", new Int16Array(160).fill(7), 12_000);
    write("remote", new Int16Array(160).fill(7), 0);
    const { left, right } = await finish();
    expect(left).toEqual(new Int16Array(16_000).fill(1));
    expect(right.subarray(12_000)).toEqual(new Int16Array(4000).fill(5));
    expect(isSilent(right.subarray(0, 12_000))).toBe(true);
  });

  test("places any length of frame rightly", async () => {
    const { recorder, finish } = await setUp({ channels: "separate" });
    const long = sine(8000, 300, 2.5);
    recorder.local.write(long, 8000, 1000);
    recorder.remote.write(long.subarray(0, 1), 8000, 18_000);
    const { left, right } = await finish();
    expect(left.subarray(1000)).toEqual(long);
    expect(right[18_000]).toBe(long[0]);
  });

  test("puts any pattern of frames and gaps where it belongs", async () => {
    const frames = fc.array(
      fc.record({ side: fc.constantFrom("local", "remote"), gap: fc.nat({ max: 700 }), length: fc.integer({ min: 1, max: 960 }) }),
    );
    await fc.assert(
      fc.asyncProperty(frames, async (steps) => {
        const { recorder, finish } = await setUp({ channels: "separate" });
        const wanted = { local: [] as number[], remote: [] as number[] };
        let now = 0;
        for (const { side, gap, length } of steps) {
          // Each side's own order, neither ever more than half a second behind.
          const position = Math.max(wanted[side].length, now - 2000) + gap;
          const samples = Int16Array.from({ length }, (_, i) => ((position + i) % 30_000) + 1);
          recorder[side].write(samples, 8000, position);
          while (wanted[side].length < position) wanted[side].push(0);
          wanted[side].push(...samples);
          now = Math.max(now, position);
        }
        const { left, right } = await finish();
        const length = Math.max(wanted.local.length, wanted.remote.length);
        const padded = (samples: number[]) => Int16Array.from({ length }, (_, i) => samples[i] ?? 0);
        expect(left).toEqual(padded(wanted.local));
        expect(right).toEqual(padded(wanted.remote));
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  test("converts each side to its own rate and keeps the sides aligned to a millisecond", async () => {
    const { write, finish } = await setUp({ channels: "separate", sampleRate: 16_000 });
    const [fine, coarse] = [sine(48_000, 500, 1), sine(8000, 500, 1)];
    for (let i = 0; i < 50; i++) {
      write("local", fine.subarray(i * 960, (i + 1) * 960), 48_000 + i * 960, 48_000);
      write("remote", coarse.subarray(i * 160, (i + 1) * 160), 8000 + i * 160, 8000);
    }
    const { left, right } = await finish();
    expect(left.length / 16_000).toBeCloseTo(2, 2);
    for (const side of [left, right]) {
      expect(isSilent(side.subarray(0, 15_900))).toBe(true);
      expect(toneLevel(side.subarray(16_100, 31_900), 16_000, 500)).toBeCloseTo(rmsDbfs(sine(16_000, 500, 1)), 1);
    }
    const difference = left.map((sample, i) => sample - right[i]!).subarray(16_100, 31_900);
    expect(rmsDbfs(difference)).toBeLessThan(-30);
  });

  test("follows a side whose rate changes in the call", async () => {
    const { write, finish } = await setUp({ sampleRate: 8000 });
    write("remote", sine(8000, 500, 1), 0, 8000);
    write("remote", sine(16_000, 500, 1), 16_000, 16_000);
    const { mono } = await finish();
    for (let at = 0; at + 800 <= 16_000; at += 800) expect(rmsDbfs(mono.subarray(at, at + 800))).toBeCloseTo(-13.32, 0);
  });

  test("is an empty, valid file when nothing was said", async () => {
    const { finish, path } = await setUp();
    const { mono } = await finish();
    expect(mono.length).toBe(0);
    expect((await readWavFile(path)).samples.length).toBe(0);
  });

  test("states its rate and channels", async () => {
    const { finish, path, write } = await setUp({ channels: "separate", sampleRate: 48_000 });
    write("local", new Int16Array(960), 0, 48_000);
    await finish();
    const header = await readFile(path);
    expect(header.subarray(0, 12).toString("latin1")).toMatch(/^RIFF[^]{4}WAVE$/);
    expect([header.readUInt16LE(56), header.readUInt16LE(58), header.readUInt32LE(60), header.readUInt32LE(64)]).toEqual([
      1, 2, 48_000, 192_000,
    ]);
  });

  test("ends when both sides are closed, and takes nothing afterwards", async () => {
    const { recorder, write } = await setUp();
    write("local", new Int16Array(160).fill(1));
    await recorder.local.close();
    expect(disk.openFiles).toBe(1);
    await recorder.remote.close();
    expect(disk.openFiles).toBe(0);
    write("local", new Int16Array(160), 160);
    await recorder.close();
    expect(await recorder.finished).toMatchObject({ durationMs: 20 });
  });

  test("ends with a typed error when the disk is full; what was written stays readable", async () => {
    const { recorder, write, path } = await setUp();
    write("local", new Int16Array(16_000).fill(1));
    await vi.waitUntil(async () => (await readFile(path)).length > 20_000);
    disk.failure = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    write("local", new Int16Array(16_000).fill(1), 16_000);
    await expect(recorder.finished).rejects.toMatchObject({ code: "MEDIA_RECORDING_FAILED", path, cause: disk.failure });
    expect(recorder.error!.message).toContain("the disk is full");
    write("local", new Int16Array(16_000).fill(1), 32_000);
    await recorder.close();
    expect(disk.openFiles).toBe(0);
    expect((await readWavFile(path)).samples.length).toBeGreaterThan(10_000);
  });

  test("holds at most four megabytes for a disk that does not answer, then gives up", async () => {
    const { recorder, write } = await setUp();
    let release = () => {};
    disk.gate = new Promise((resolve) => (release = resolve));
    const minute = new Int16Array(8000 * 60);
    for (let i = 0; i < 6 && !recorder.error; i++) write("local", minute, i * minute.length);
    expect(recorder.error).toMatchObject({ code: "MEDIA_RECORDING_FAILED" });
    release();
    await expect(recorder.finished).rejects.toThrow(/too slow/);
    await recorder.close();
    expect(disk.openFiles).toBe(0);
  });

  test.each([
    { path: "/nonexistent-directory/call.wav", reason: /its directory does not exist/ },
    { path: "/dev/full", reason: /the disk is full/ },
  ])("says why it cannot record to $path, and leaves nothing open", async ({ path, reason }) => {
    await expect(WavRecorder.open(path)).rejects.toThrow(reason);
    expect(disk.openFiles).toBe(0);
  });

  test.each([{ sampleRate: 10 }, { channels: "both" }])("refuses %o", async (options) => {
    await expect(WavRecorder.open(join(directory, "x.wav"), options as WavRecorderOptions)).rejects.toMatchObject({
      code: "MEDIA_OPTION_INVALID",
    });
  });
});
