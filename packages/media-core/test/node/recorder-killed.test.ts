import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findTone, readWavFile } from "@sidetone/media-core";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const hasSox = spawnSync("sox", ["--version"]).status === 0;

let directory: string;
beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), "sidetone-kill-"))));
afterAll(() => rm(directory, { recursive: true }));

/** Records in another process until `samples` are in, then kills it where it stands. */
async function setUp(samples: number) {
  const path = join(directory, `killed-${samples}.wav`);
  const recording = spawn(process.execPath, [
    "--conditions=source",
    "--import",
    here("typescript-loader.mjs"),
    here("endless-recording.mjs"),
    path,
  ]);
  let complaint = "";
  recording.stderr.on("data", (text: Buffer) => (complaint += text.toString()));
  for await (const line of createInterface(recording.stdout)) if (Number(line) >= samples) break;
  recording.kill("SIGKILL");
  if (recording.exitCode === null && recording.signalCode === null) await once(recording, "exit");
  expect(recording.signalCode, complaint).toBe("SIGKILL");
  const bytes = await readFile(path);
  return { path, bytes };
}

describe("a recording whose process is killed (SIGKILL)", () => {
  test.each([0, 20_000, 90_000])("is a valid WAV file after %i samples", async (samples) => {
    const { path, bytes } = await setUp(samples);
    // The header never states more than there is, and its two sizes agree.
    const [riffBytes, dataBytes] = [bytes.readUInt32LE(4), bytes.readUInt32LE(76)];
    expect(riffBytes).toBe(dataBytes + 72);
    expect(dataBytes).toBeLessThanOrEqual(bytes.length - 80);
    expect(dataBytes % 4).toBe(0);

    const clip = await readWavFile(path);
    // A second may be missing from the file, and what was written last from the header.
    expect(clip.samples.length).toBeGreaterThanOrEqual(samples - 8000 - 2 * 2000);
    if (clip.samples.length >= 8000) {
      expect(findTone(clip.samples.subarray(-8000), 8000, { toHz: 700 })!.hz).toBeCloseTo(440, 0);
      expect(findTone(clip.samples.subarray(-8000), 8000, { fromHz: 700 })!.hz).toBeCloseTo(1000, 0);
    }
  });

  test.skipIf(!hasSox)("is read by sox without a complaint (skipped without sox)", async () => {
    const { path, bytes } = await setUp(48_000);
    const stated = bytes.readUInt32LE(76) / 4;
    const { status, stderr } = spawnSync("sox", ["-V2", path, "-n", "stat"], { encoding: "utf8" });
    expect(status).toBe(0);
    expect(stderr).not.toMatch(/WARN|FAIL/);
    expect(Number(execFileSync("soxi", ["-s", path], { encoding: "utf8" }))).toBe(stated);
    expect(stated).toBeGreaterThan(24_000);
  });
});
