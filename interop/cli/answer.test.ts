import { readdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { openPhone } from "../baresip/open-phone.ts";
import { audioRetry, expectTone } from "../measure/expect-tone.ts";
import { measureTone } from "../measure/measure-tone.ts";
import { readChannels } from "../measure/read-channels.ts";
import { longestPart } from "../measure/sounding-parts.ts";
import { baresipToneHz } from "../peers/baresip/baresip-config.ts";
import { freePorts } from "../peers/process/free-ports.ts";
import { describeWith } from "../peers/process/installed.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";
import { flawless, openSipp } from "../sipp/open-sipp.ts";
import { runSidetone, type RunOptions, type SidetoneRun } from "../under-test/run-sidetone.ts";

const talkMs = 1500;

/** Starts `answer` on a free port; listening when this resolves. */
async function answering(flags: readonly string[], options: RunOptions = {}): Promise<{ run: SidetoneRun; hostPort: string; uri: string }> {
  const hostPort = `127.0.0.1:${await freePorts(1)}`;
  const run = runSidetone(["answer", "--listen", hostPort, "--json", ...flags], options);
  await run.line("Listening");
  return { run, hostPort, uri: `sip:desk@${hostPort}` };
}

describeWith(["baresip"], "npx sidetone answer, called by baresip", () => {
  test("--echo: baresip hears itself", async () => {
    const phone = await openPhone();
    const { run, uri } = await answering(["--echo", "--max-calls", "1"]);
    await phone.command("dial", uri);
    await run.line("AudioStarted");
    await phone.event("CALL_ESTABLISHED");
    await phone.press("7");
    await delay(talkMs);
    await phone.command("hangup");
    const { exitCode, report } = await run.ended();
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({ direction: "incoming", cause: "HungUp", endedBy: "remote", packetsLost: 0 });
    expect(run.ofType("DtmfReceived")).toMatchObject([{ digit: "7" }]);
    const heard = await readChannels(await phone.recording("dec"));
    expect(measureTone(longestPart(heard.channels[0]!, heard.sampleRate).samples, heard.sampleRate).hz).toBeCloseTo(baresipToneHz, 0);
  });

  test(
    "--tone, --record, --ring: rings first, then baresip hears the tone; the recording is numbered from the second call on",
    audioRetry,
    async () => {
      const folder = await ScratchFolder.make("cli");
      onTestFinished(() => folder[Symbol.asyncDispose]());
      const { run, uri } = await answering(["--tone", "600", "--ring", "0.5", "--record", folder.file("desk.wav"), "--max-calls", "2"]);
      for (let call = 1; call <= 2; call++) {
        const phone = await openPhone({ codecs: ["PCMA"] });
        await phone.command("dial", uri);
        await phone.event("CALL_RINGING");
        await phone.event("CALL_ESTABLISHED");
        await delay(talkMs);
        await phone.command("hangup");
        await phone.event("CALL_CLOSED");
        const heard = await readChannels(await phone.recording("dec"));
        expectTone(heard.channels[0]!, heard.sampleRate, { hz: 600, levelDbfs: -16.15, atLeastMs: 1000 });
      }
      expect((await run.ended()).exitCode).toBe(0);
      expect(run.ofType("CallReport").map(({ codec }) => codec)).toEqual(["PCMA", "PCMA"]);
      expect((await readdir(folder.path)).sort()).toEqual(["desk-2.wav", "desk.wav"]);
    },
  );

  test("interrupted: it hangs up and ends with 0", async () => {
    const phone = await openPhone();
    const { run, uri } = await answering([], { directly: true });
    await phone.command("dial", uri);
    await phone.event("CALL_ESTABLISHED");
    expect(await run.process.stop("SIGINT")).toBe(0);
    await phone.event("CALL_CLOSED");
    expect(run.ofType("CallReport")).toMatchObject([{ cause: "HungUp", endedBy: "local" }]);
  });
});

describeWith(["sipp"], "npx sidetone answer, called by sipp", () => {
  test("50 calls at 25 a second: none fails, a report for each", async () => {
    const { run, hostPort } = await answering(["--tone", "440", "--max-calls", "50"]);
    const sipp = await openSipp({ scenario: "uac", target: hostPort, calls: 50, callsPerSecond: 25, pauseMs: 500 });
    expect(await sipp.finished()).toMatchObject({ ...flawless, successfulCalls: 50 });
    expect((await run.ended()).exitCode).toBe(0);
    const reports = run.ofType("CallReport");
    expect(reports).toHaveLength(50);
    expect(new Set(reports.map(({ cause }) => cause))).toEqual(new Set(["HungUp"]));
    expect(new Set(reports.map(({ callId }) => callId)).size).toBe(50);
  });
});
