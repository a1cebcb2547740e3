import { readFile } from "node:fs/promises";
import { findTone } from "sidetone/media";
import { expect, onTestFailed, onTestFinished, test } from "vitest";
import { openPhone } from "../baresip/open-phone.ts";
import { openKamailio } from "../kamailio/open-kamailio.ts";
import { audioRetry } from "../measure/expect-tone.ts";
import { measureTone } from "../measure/measure-tone.ts";
import { readChannels } from "../measure/read-channels.ts";
import { longestPart } from "../measure/sounding-parts.ts";
import { baresipToneHz } from "../peers/baresip/baresip-config.ts";
import { kamailioDomain, passwordOf } from "../peers/kamailio/start-kamailio.ts";
import { eventually } from "../peers/process/eventually.ts";
import { TerminalProcess } from "../peers/process/in-terminal.ts";
import { describeWith } from "../peers/process/installed.ts";
import { ScratchFolder } from "../peers/process/scratch-folder.ts";
import { openRegistrar, secretOf } from "../registrar/open-registrar.ts";
import { runSidetone, type SidetoneRun } from "../under-test/run-sidetone.ts";

const listen = ["--listen", "127.0.0.1:0", "--json"];

async function scratch(): Promise<ScratchFolder> {
  const folder = await ScratchFolder.make("phone");
  onTestFinished(() => folder[Symbol.asyncDispose]());
  return folder;
}

/** Lines that went wrong; none is what is wanted. */
const failures = (run: SidetoneRun): unknown[] => run.ofType("CommandResult").filter(({ ok }) => ok !== true);

describeWith(["kamailio", "baresip"], "npx sidetone phone, at kamailio with baresip", () => {
  test("registers, calls, holds, resumes, sends digits, hangs up, from a script", audioRetry, async () => {
    const folder = await scratch();
    const kamailio = await openKamailio();
    const phone = await openPhone({
      domain: kamailioDomain,
      password: passwordOf("phone"),
      outboundProxy: kamailio.hostPort,
      registersFor: 60,
      answers: "auto",
    });
    await phone.process.printed(/200 OK/);
    const script = [
      "wait registered 5",
      "call phone",
      "wait connected 5",
      "wait audio 5",
      `record ${folder.file("call.wav")}`,
      "sleep 2",
      "stop record",
      "hold",
      "wait held 5",
      "sleep 0.5",
      "resume",
      "wait resumed 5",
      "dtmf 42#",
      "sleep 0.5",
      "quality",
      "hangup",
      "wait ended",
      "unregister",
      "wait unregistered 5",
    ];
    const account = [`sip:alice@${kamailioDomain}`, "--proxy", `sip:${kamailio.hostPort}`];
    const run = runSidetone(["phone", ...account, ...listen, "--tone", "600"], {
      environment: { SIDETONE_PASSWORD: passwordOf("alice") },
      input: script,
    });
    const { exitCode, report } = await run.ended();
    expect({ exitCode, failures: failures(run) }).toEqual({ exitCode: 0, failures: [] });
    expect(report).toMatchObject({ direction: "outgoing", cause: "HungUp", endedBy: "local", packetsLost: 0 });
    expect(phone.digitsHeard).toBe("42#");
    expect(run.ofType("HoldStateChanged")).toMatchObject([{ local: true }, { local: false }]);
    const { channels, sampleRate } = await readChannels(folder.file("call.wav"));
    expect(channels[0]!.length / sampleRate).toBeGreaterThan(1.8);
    // Both sides are in the one channel: each is found at its frequency.
    expect(findTone(channels[0]!, sampleRate, { fromHz: 350, toHz: 500 })?.hz).toBeCloseTo(baresipToneHz, 0);
    expect(findTone(channels[0]!, sampleRate, { fromHz: 520, toHz: 700 })?.hz).toBeCloseTo(600, 0);
    await phone.event("CALL_CLOSED");
    const heard = await readChannels(await phone.recording("dec"));
    expect(measureTone(longestPart(heard.channels[0]!, heard.sampleRate).samples, heard.sampleRate).hz).toBeCloseTo(600, 0);
  });

  test("is called through it, and answers", async () => {
    const kamailio = await openKamailio();
    const account = [`sip:bob@${kamailioDomain}`, "--proxy", `sip:${kamailio.hostPort}`];
    const run = runSidetone(["phone", ...account, ...listen, "--echo"], {
      environment: { SIDETONE_PASSWORD: passwordOf("bob") },
      input: ["wait registered 5", "wait incoming 20", "answer", "wait audio 5", "list", "wait ended 30"],
    });
    await run.line("CommandResult"); // registered
    const phone = await openPhone({ domain: kamailioDomain, password: passwordOf("phone"), outboundProxy: kamailio.hostPort });
    await phone.command("dial", `sip:bob@${kamailioDomain}`);
    await phone.event("CALL_ESTABLISHED");
    await run.line("AudioStarted");
    await phone.command("hangup");
    const { exitCode, report } = await run.ended();
    expect({ exitCode, failures: failures(run) }).toEqual({ exitCode: 0, failures: [] });
    expect(report).toMatchObject({ direction: "incoming", cause: "HungUp", endedBy: "remote" });
    expect(run.ofType("IncomingCall")).toMatchObject([{ number: 1, remote: `sip:phone@${kamailioDomain}` }]);
    expect(run.ofType("RegistrationStatusChanged").at(-1)).toMatchObject({ state: "Cancelled", error: null });
  });

  test("a wrong password: wait registered fails, and the phone ends with 4", async () => {
    const kamailio = await openKamailio();
    const run = runSidetone(["phone", `sip:alice@${kamailioDomain}`, "--proxy", `sip:${kamailio.hostPort}`, ...listen], {
      environment: { SIDETONE_PASSWORD: "guessed" },
      input: ["wait registered 5"],
    });
    expect((await run.ended()).exitCode).toBe(4);
  });
});

describeWith([], "two npx sidetone phone, at npx sidetone registrar", () => {
  test("call each other by name", async () => {
    const { run: registrar, hostPort } = await openRegistrar();
    const as = (user: string, input: readonly string[]): SidetoneRun =>
      runSidetone(["phone", `sip:${user}@${hostPort}`, ...listen, "--tone", "440"], {
        environment: { SIDETONE_PASSWORD: secretOf(user) },
        input,
      });
    const bob = as("bob", ["wait registered 5", "wait incoming 20", "answer", "wait ended 30"]);
    await bob.line("CommandResult");
    const alice = as("alice", ["wait registered 5", "call bob", "wait connected 10", "wait audio 5", "dtmf 1", "hangup"]);
    expect((await alice.ended()).exitCode).toBe(0);
    expect((await bob.ended()).exitCode).toBe(0);
    for (const run of [alice, bob]) expect(failures(run)).toEqual([]);
    expect(bob.ofType("DtmfReceived")).toMatchObject([{ digit: "1" }]);
    await eventually("both have left", () => registrar.ofType("BindingRemoved").length === 2);
  });
});

describeWith(["python3"], "npx sidetone phone, at a terminal", () => {
  test("typing, Tab, the arrow keys, a call that comes in meanwhile, Ctrl-C and Ctrl-D", async () => {
    const folder = await scratch();
    const { hostPort } = await openRegistrar();
    const environment = { XDG_CONFIG_HOME: "/nowhere", XDG_STATE_HOME: folder.path };
    const command = ["packages/sidetone/bin/sidetone.js", "phone", `sip:alice@${hostPort}`, "--listen", "127.0.0.1:0"];
    const phone = new TerminalProcess(process.execPath, command, { environment, atMostSeconds: 60 });
    onTestFinished(() => phone[Symbol.asyncDispose]());
    onTestFailed(() => console.log(phone.screen.join("\n")));
    await phone.shows(/^Password for "sidetone":$/);
    await phone.type(`${secretOf("alice")}\r`);
    await phone.shows(/^sip:alice@127\.0\.0\.1 registered as /);
    await phone.shows(/^alice registered>$/);

    await phone.type("acc\t\r");
    await phone.shows(/^alice registered> accounts$/);
    await phone.shows(/^alice@127\.0\.0\.1 {2}registered {2}for \d+ s as sip:alice@/);
    await phone.type("hodl\r");
    await phone.shows(/^sidetone: "hodl" is no command; did you mean hold\? help lists them$/);

    await phone.type("this is being ty");
    const [uri] = /sip:alice@127\.0\.0\.1:\d+/.exec(phone.screen.join("\n"))!;
    const caller = runSidetone(["call", uri, ...listen, "--tone", "440", "--user", "bob"]);
    await phone.shows(/^\[1\] sip:bob@127\.0\.0\.1 is calling: answer or reject$/);
    await phone.type("ped");
    await phone.shows(/^1 bob ringing {2}0:0\d> this is being typed$/);
    await phone.type("\x03answer\r");
    await caller.line("AudioStarted");
    await phone.shows(/^1 bob connected {2}0:01 {2}PCMU.*>$/);
    await phone.type("\x03");
    await phone.shows(/^Ctrl-C once more hangs up and leaves$/);
    await phone.type("\x1b[A\x1b[A\x1b[A"); // answer, hodl, accounts
    await phone.shows(/> accounts$/);
    await phone.type("\x15hang\t\r");
    await caller.ended();
    await phone.shows(/^\[1\] call ended: hung up here after/);
    await phone.shows(/^alice registered>$/);
    await phone.type("\x04");
    expect(await phone.process.exited).toBe(0);
    expect(phone.screen.at(-1)).toBe("sip:alice@127.0.0.1 un-registered");
    expect(phone.screen.join()).not.toContain(secretOf("alice"));
    expect(await readFile(folder.file("sidetone/phone-lines"), "utf8")).toBe("accounts\nhodl\nanswer\nhangup\n");
  });

  test("Ctrl-C twice in a call hangs up and un-registers, and the terminal is as it was", async () => {
    const { run: registrar, hostPort } = await openRegistrar();
    const environment = { XDG_CONFIG_HOME: "/nowhere", XDG_STATE_HOME: "/dev/null", SIDETONE_PASSWORD: secretOf("alice") };
    const shell = `${process.execPath} packages/sidetone/bin/sidetone.js phone sip:alice@${hostPort} --listen 127.0.0.1:0; echo "ended with $?"; stty -a | grep -o -- "-\\?echo\\b"`;
    const phone = new TerminalProcess("sh", ["-c", shell], { environment, atMostSeconds: 60 });
    onTestFinished(() => phone[Symbol.asyncDispose]());
    onTestFailed(() => console.log(phone.screen.join("\n")));
    await phone.shows(/^alice registered>$/);
    const other = runSidetone(["answer", ...listen, "--echo", "--max-calls", "1"]);
    const { uri } = await other.line("Listening");
    await phone.type(`call ${uri as string}\r`);
    await phone.shows(/^1 sidetone connected.*>$/);
    await phone.type("\x03\x03");
    expect((await other.ended()).report).toMatchObject({ cause: "HungUp", endedBy: "remote" });
    await phone.shows(/^ended with 0$/);
    await phone.shows(/^echo$/);
    expect(registrar.ofType("BindingRemoved")).toHaveLength(1);
    await phone.shows(/^\[1\] call ended: hung up here after \d\.\d s$/);
  });
});
