import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findTone, readWavFile, toneLevel } from "@sidetone/media-core";
import { beforeAll, describe, expect, test } from "vitest";
import { freePort, runProgram, sidetone, type RunningProgram } from "./support/run-program.ts";

// The built command in processes of its own, over the loopback: what the tests of packages/cli cannot see on a virtual network.

const run = (args: string, env?: Record<string, string>): RunningProgram => runProgram(sidetone, args.split(" "), env);
const jsonOf = ({ stdout }: RunningProgram): Record<string, unknown>[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

async function answering(options: string): Promise<RunningProgram & { uri: string }> {
  const answer = run(`answer --listen 127.0.0.1:0 ${options}`);
  const [, port] = await answer.waitFor(/sip:sidetone@127\.0\.0\.1:(\d+)/);
  return Object.assign(Object.create(answer) as RunningProgram, { uri: `sip:desk@127.0.0.1:${port}` });
}

describe.concurrent("npx sidetone", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "sidetone-command-"));
    return () => rmSync(folder, { recursive: true });
  });

  test("a call between two processes: tones both ways, digits, recordings, figures", async () => {
    const there = await answering(`--tone 1000 --record ${folder}/there.wav --max-calls 1 --json`);
    const here = run(`call ${there.uri} --tone 440 --dtmf 12# --duration 7 --record ${folder}/here.wav --json`);
    expect(await here.ended).toBe(0);
    expect(await there.ended).toBe(0);
    expect(
      jsonOf(there)
        .filter(({ type }) => type === "DtmfReceived")
        .map(({ digit }) => digit),
    ).toEqual(["1", "2", "#"]);
    for (const program of [here, there]) {
      expect(program.stderr).toBe("");
      expect(jsonOf(program).at(-1)).toMatchObject({ type: "CallReport", cause: "HungUp", codec: "PCMU", packetsLost: 0 });
    }
    const report = jsonOf(here).at(-1)!;
    for (const figure of ["jitterMs", "roundTripMs", "rFactor", "mos"]) expect(report[figure], figure).toEqual(expect.any(Number));
    const { samples, sampleRate } = await readWavFile(`${folder}/here.wav`);
    const middle = samples.subarray(2 * sampleRate, 6 * sampleRate);
    expect(findTone(middle, sampleRate, { fromHz: 300, toHz: 600 })?.hz).toBeCloseTo(440, 0);
    expect(findTone(middle, sampleRate, { fromHz: 800, toHz: 1200 })?.hz).toBeCloseTo(1000, 0);
    // No gap: the tone of the other side is there in every tenth of a second, on a busy machine too.
    for (let at = 0; at < middle.length; at += sampleRate / 10) {
      expect(toneLevel(middle.subarray(at, at + sampleRate / 10), sampleRate, 1000), `at ${at}`).toBeGreaterThan(-40);
    }
  });

  test("--play over TCP, with a trace", async () => {
    const there = await answering("--max-calls 1");
    const here = run(`call ${there.uri};transport=tcp --play examples/media/hello.wav --codecs PCMA --trace ${folder}/trace.txt --json`);
    expect(await here.ended).toBe(0);
    expect(await there.ended).toBe(0);
    expect(jsonOf(here).at(-1)).toMatchObject({ codec: "PCMA" });
    const trace = readFileSync(`${folder}/trace.txt`, "utf8");
    expect(trace).toMatch(/^--- 0\.000 s {2}TCP /);
    expect(trace.slice(trace.indexOf("=== ladder")).match(/INVITE \(SDP\)|ACK|BYE/g)).toEqual([
      "INVITE (SDP)",
      "INVITE (SDP)",
      "ACK",
      "BYE",
      "BYE",
    ]);
  });

  test("options asks, and tells the round trip", async () => {
    const there = await answering("--max-calls 1");
    const here = run(`options ${there.uri} --json`);
    expect(await here.ended).toBe(0);
    expect(jsonOf(here)).toEqual([
      expect.objectContaining({ type: "OptionsReport", statusCode: 200, allow: expect.arrayContaining(["INVITE", "OPTIONS"]) as string[] }),
    ]);
    there.kill();
    expect(await there.ended).toBe(0);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("%s hangs up properly", async (signal) => {
    const there = await answering("--echo --max-calls 1");
    const here = run(`call ${there.uri} --tone 440`);
    await here.waitFor(/connected/);
    here.kill(signal);
    expect(await here.ended).toBe(0);
    expect(here.stdout).toContain("call ended: hung up here");
    expect(await there.ended).toBe(0);
    expect(there.stdout).toContain("call ended: hung up by the other side");
  });

  test("an interrupt while nobody replies ends soon, with 130", async () => {
    const here = run(`call sip:nobody@127.0.0.1:${await freePort()}`);
    await here.waitFor(/calling/);
    const startedAt = process.hrtime.bigint();
    here.kill();
    expect(await here.ended).toBe(130);
    expect(Number(process.hrtime.bigint() - startedAt) / 1e9).toBeLessThan(5);
  });

  test("nobody reading any more is as good as an interrupt", async () => {
    const there = await answering("--echo --max-calls 1");
    const shell = runProgram("-e", [
      `require("node:child_process").execSync("'${process.execPath}' ${sidetone} call ${there.uri} --tone 440 --json | head -3", { stdio: "inherit" })`,
    ]);
    expect(await shell.ended).toBe(0);
    expect(shell.stdout.match(/\n/g)).toHaveLength(3);
    expect(await there.ended).toBe(0);
    expect(there.stdout).toContain("call ended: hung up by the other side");
  });

  test("a busy port is one line of advice, without a stack", async () => {
    const there = await answering("--max-calls 1");
    const [, port] = /:(\d+)$/.exec(there.uri)!;
    const second = run(`answer --listen 127.0.0.1:${port}`);
    expect(await second.ended).toBe(1);
    expect(second.output).toMatch(new RegExp(`^sidetone: [^\\n]*127\\.0\\.0\\.1:${port}[^\\n]*another program uses[^\\n]*\\n$`));
  });

  test("without arguments shows the help", async () => {
    const help = runProgram(sidetone);
    expect(await help.ended).toBe(0);
    expect(help.stdout).toContain("Usage: sidetone");
  });
});
