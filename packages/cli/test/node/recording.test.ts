import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readWavFile, toneLevel } from "@sidetone/media-core";
import { describe, expect, onTestFinished, test } from "vitest";
import { commandLine, type CommandLine } from "../support/command-line.ts";

function setUp(): CommandLine & { folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "sidetone-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return { ...commandLine(), folder };
}

describe("--record", () => {
  test("holds both sides, on both sides", async () => {
    const { run, runThere, end, until, folder } = setUp();
    const there = runThere(`answer --listen 10.0.0.2:5060 --max-calls 1 --tone 1000 --record ${folder}/there.wav`);
    await until(() => there.terminal.out.includes("listening"));
    const here = run(`call sip:x@10.0.0.2 --tone 440 --duration 4 --record ${folder}/here.wav --json`);
    expect(await end(here)).toBe(0);
    expect(await end(there)).toBe(0);
    expect(here.terminal.of("RecordingFinished")).toMatchObject([{ path: `${folder}/here.wav` }]);
    for (const name of ["here", "there"]) {
      const { samples, sampleRate } = await readWavFile(`${folder}/${name}.wav`);
      expect(samples.length / sampleRate, name).toBeCloseTo(4, 0);
      const middle = samples.subarray(sampleRate, 3 * sampleRate);
      for (const hz of [440, 1000]) expect(toneLevel(middle, sampleRate, hz), `${name} ${hz} Hz`).toBeGreaterThan(-25);
      expect(toneLevel(middle, sampleRate, 700), name).toBeLessThan(-50);
    }
  });

  // The clock is virtual and the files are not: a call lasts long enough for them to be opened.
  test("numbers the files of further calls", { retry: 2 }, async () => {
    const { run, runThere, end, until, folder } = setUp();
    const there = runThere(`answer --listen 10.0.0.2:5060 --max-calls 3 --record ${folder}/call.wav`);
    await until(() => there.terminal.out.includes("listening"));
    for (let call = 0; call < 3; call++) await end(run("call sip:x@10.0.0.2 --duration 10"));
    expect(await end(there)).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(["call-2.wav", "call-3.wav", "call.wav"]);
  });

  test("that fails later is told, and the exit code says so", async () => {
    const { run, end, until, peer, clock, folder } = setUp();
    const bob = await peer();
    bob.onIncoming(async (incoming) => {
      incoming.ring();
      await new Promise<void>((resolve) => clock.setTimer(1000, () => resolve()));
      await incoming.answer();
    });
    mkdtempSync(join(folder, "gone-"));
    const [gone] = readdirSync(folder);
    const command = run(`call sip:bob@10.0.0.2 --duration 1 --record ${folder}/${gone}/call.wav`);
    await until(() => command.terminal.out.includes("calling")); // the folder was there when it was looked at
    rmSync(join(folder, gone!), { recursive: true });
    expect(await end(command)).toBe(1);
    expect(command.terminal.err).toMatch(/^sidetone: .*call\.wav.*\n$/);
    expect(command.terminal.out).toContain("call ended: hung up here");
  });

  test("leaves no file when there was no call, and an older one alone", async () => {
    const { run, end, stub, folder } = setUp();
    await stub(() => [486]);
    await end(run(`call sip:bob@10.0.0.2 --record ${folder}/new.wav`));
    expect(existsSync(join(folder, "new.wav"))).toBe(false);
    writeFileSync(join(folder, "old.wav"), "as it was");
    await end(run(`call sip:bob@10.0.0.2 --record ${folder}/old.wav`));
    expect(readdirSync(folder)).toEqual(["old.wav"]);
  });
});

describe("--play", () => {
  test("hangs up when the file has been played", async () => {
    const { run, end, peer, clock } = setUp();
    const bob = await peer();
    bob.onIncoming((incoming) => incoming.answer());
    const command = run("call sip:bob@10.0.0.2 --play examples/media/hello.wav --json");
    expect(await end(command)).toBe(0);
    const { durationMs } = command.terminal.json.at(-1) as { durationMs: number };
    const { samples, sampleRate } = await readWavFile("examples/media/hello.wav");
    expect(durationMs).toBeGreaterThan((samples.length / sampleRate) * 1000 - 20);
    expect(durationMs).toBeLessThan((samples.length / sampleRate) * 1000 + 100);
    expect(clock.now()).toBeLessThan(10_000);
  });
});
