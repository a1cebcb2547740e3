import { readFile } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";
import { openPhone } from "../baresip/open-phone.ts";
import { accountAt, openKamailio } from "../kamailio/open-kamailio.ts";
import { audioRetry, expectTone } from "../measure/expect-tone.ts";
import { measureTone } from "../measure/measure-tone.ts";
import { readChannels } from "../measure/read-channels.ts";
import { longestPart } from "../measure/sounding-parts.ts";
import { passwordOf } from "../peers/kamailio/start-kamailio.ts";
import { describeWith } from "../peers/process/installed.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";
import { flawless, openSipp } from "../sipp/open-sipp.ts";
import { openClient } from "../under-test/open-client.ts";
import { runSidetone } from "../under-test/run-sidetone.ts";

const listen = ["--listen", "127.0.0.1:0"];
const types = (lines: readonly { type: string }[]): string[] => lines.map(({ type }) => type);

async function scratch(): Promise<ScratchFolder> {
  const folder = await ScratchFolder.make("cli");
  onTestFinished(() => folder[Symbol.asyncDispose]());
  return folder;
}

describeWith(["baresip"], "npx sidetone call, to baresip", () => {
  test("a tone, digits, a recording, a trace, and figures at the end", async () => {
    const folder = await scratch();
    const phone = await openPhone({ answers: "auto" });
    const files = ["--record", folder.file("call.wav"), "--trace", folder.file("call.txt")];
    const what = ["--tone", "600", "--dtmf", "42#", "--duration", "4", "--codecs", "PCMA"];
    const run = runSidetone(["call", phone.uri, ...listen, ...what, ...files, "--user", "alice", "--json"]);
    const { exitCode, report } = await run.ended();
    expect(exitCode).toBe(0);
    expect(types(run.lines)).toEqual(expect.arrayContaining(["CallStateChanged", "Progress", "AudioStarted", "DtmfSent"]));
    expect(types(run.lines).at(-1)).toBe("CallReport");
    expect(report).toMatchObject({
      direction: "outgoing",
      cause: "HungUp",
      endedBy: "local",
      codec: "PCMA",
      packetsLost: 0,
      statusCode: null,
    });
    for (const figure of ["setupMs", "durationMs", "packetsSent", "packetsReceived", "jitterMs"])
      expect(report![figure], figure).toBeTypeOf("number");
    expect(report!["durationMs"]).toBeGreaterThanOrEqual(4000);
    expect(report!["packetsReceived"]).toBeGreaterThan(180);
    expect(phone.digitsHeard).toBe("42#");

    const recorded = await readChannels(folder.file("call.wav"));
    expect(recorded.channels[0]!.length / recorded.sampleRate).toBeGreaterThan(3.8);
    const heard = await readChannels(await phone.recording("dec"));
    expect(measureTone(longestPart(heard.channels[0]!, heard.sampleRate).samples, heard.sampleRate).hz).toBeCloseTo(600, 0);
    const trace = await readFile(folder.file("call.txt"), "utf8");
    expect(trace).toMatch(/^INVITE sip:phone@127\.0\.0\.1:\d+ SIP\/2\.0$/m);
    expect(trace).toMatch(/=== ladder[^]*INVITE[^]*BYE/);
  });

  test("a file is played to its end, then it hangs up", audioRetry, async () => {
    const folder = await scratch();
    // What baresip said in one call is played to it in the next.
    const first = await openPhone({ answers: "auto" });
    expect((await runSidetone(["call", first.uri, ...listen, "--duration", "2"]).ended()).exitCode).toBe(0);
    const said = await first.recording("enc");
    const phone = await openPhone({ answers: "auto" });
    const run = runSidetone(["call", phone.uri, ...listen, "--play", said, "--json"]);
    const { exitCode, report } = await run.ended();
    expect({ exitCode, cause: report!["cause"] }).toEqual({ exitCode: 0, cause: "HungUp" });
    expect(report!["durationMs"]).toBeGreaterThan(1800);
    const heard = await readChannels(await phone.recording("dec"));
    const original = await readChannels(said);
    const { levelDbfs } = measureTone(original.channels[0]!, original.sampleRate);
    expectTone(heard.channels[0]!, heard.sampleRate, { hz: 440, levelDbfs, atLeastMs: 1700 });
  });

  test("baresip is busy: exit code 4, and the report says 486", async () => {
    const phone = await openPhone();
    const run = runSidetone(["call", phone.uri, ...listen, "--json"]);
    await phone.event("CALL_INCOMING");
    await phone.command("hangup");
    const { exitCode, report } = await run.ended();
    expect(exitCode).toBe(4);
    expect(report).toMatchObject({
      cause: "Refused",
      endedBy: "remote",
      statusCode: 486,
      setupMs: null,
      durationMs: 0,
      codec: null,
      mos: null,
    });
  });

  test("interrupted while it rings: CANCEL, exit code 130", async () => {
    const phone = await openPhone();
    const run = runSidetone(["call", phone.uri, ...listen, "--json"], { directly: true });
    await phone.event("CALL_INCOMING");
    expect(await run.process.stop("SIGINT")).toBe(130);
    expect(run.ofType("CallReport")).toMatchObject([{ cause: "Cancelled", endedBy: "local" }]);
    await phone.event("CALL_CLOSED");
  });

  test("interrupted while it talks: BYE, exit code 0", async () => {
    const phone = await openPhone({ answers: "auto" });
    const run = runSidetone(["call", phone.uri, ...listen, "--json"], { directly: true });
    await run.line("AudioStarted");
    expect(await run.process.stop("SIGINT")).toBe(0);
    expect(run.ofType("CallReport")).toMatchObject([{ cause: "HungUp", endedBy: "local" }]);
    await phone.event("CALL_CLOSED");
  });
});

describeWith(["sipp"], "npx sidetone call, to sipp", () => {
  test("answered by the built-in uas", async () => {
    const sipp = await openSipp({ scenario: "uas", calls: 1 });
    const run = runSidetone(["call", `sip:service@127.0.0.1:${sipp.port}`, ...listen, "--duration", "1", "--json"]);
    expect(await run.ended()).toMatchObject({ exitCode: 0, report: { cause: "HungUp", endedBy: "local", codec: "PCMU", mos: null } });
    expect(await sipp.finished()).toMatchObject({ ...flawless, successfulCalls: 1 });
  });

  for (const { status, exitCode } of [
    { status: "480 Temporarily Unavailable", exitCode: 4 },
    { status: "503 Service Unavailable", exitCode: 5 },
    { status: "603 Decline", exitCode: 6 },
  ]) {
    test(`refused with ${status}: exit code ${exitCode}`, async () => {
      const sipp = await openSipp({ scenario: "uas-refuse", calls: 1, values: { status } });
      const run = runSidetone(["call", `sip:service@127.0.0.1:${sipp.port}`, ...listen, "--json"]);
      expect(await run.ended()).toMatchObject({ exitCode, report: { cause: "Refused", endedBy: "remote", statusCode: parseInt(status) } });
      expect(await sipp.finished()).toMatchObject({ ...flawless, successfulCalls: 1 });
    });
  }
});

describeWith(["kamailio"], "npx sidetone call, through kamailio", () => {
  test("the password comes from SIDETONE_PASSWORD; a redirection is exit code 3, with its contacts", async () => {
    const kamailio = await openKamailio();
    const proxy = ["--proxy", accountAt(kamailio, "alice").outboundProxy!];
    const run = runSidetone(["call", "sip:moved@sip.test", ...listen, ...proxy, "--user", "alice", "--json"], {
      environment: { SIDETONE_PASSWORD: passwordOf("alice") },
    });
    const { exitCode, report } = await run.ended();
    expect(exitCode).toBe(3);
    expect(report).toMatchObject({ cause: "Redirected", statusCode: 302 });
    expect(report!["contacts"]).toHaveLength(2);
  });

  test("a wrong password: exit code 4, 407", async () => {
    const kamailio = await openKamailio();
    const proxy = ["--proxy", accountAt(kamailio, "alice").outboundProxy!];
    const run = runSidetone(["call", "sip:busy@sip.test", ...listen, ...proxy, "--user", "alice", "--json"], {
      environment: { SIDETONE_PASSWORD: "guessed" },
    });
    expect(await run.ended()).toMatchObject({ exitCode: 4, report: { statusCode: 407 } });
  });

  test("a user who is silent: the proxy's 408 is exit code 7", async () => {
    const kamailio = await openKamailio({ locations: { silent: "sip:silent@127.0.0.1:9" } });
    const proxy = ["--proxy", accountAt(kamailio, "alice").outboundProxy!];
    const run = runSidetone(["call", "sip:silent@sip.test", ...listen, ...proxy, "--user", "alice", "--json"], {
      environment: { SIDETONE_PASSWORD: passwordOf("alice") },
    });
    expect(await run.ended()).toMatchObject({ exitCode: 7, report: { statusCode: 408 } });
  });
});
