import type { Client } from "@sidetone/client-core";
import { describe, expect, test } from "vitest";
import { commandLine, type CommandLine } from "../support/command-line.ts";

async function setUp(decide: Parameters<Client["onIncoming"]>[0]): Promise<CommandLine & { bob: Client }> {
  const line = commandLine();
  const bob = await line.peer();
  bob.onIncoming(decide);
  return { ...line, bob };
}

const target = "call sip:bob@10.0.0.2";

describe("sidetone call", () => {
  test("ends a call of --duration and reports every figure last", async () => {
    const { run, end } = await setUp((incoming) => incoming.answer().then((call) => call.setEcho(true)));
    const command = run(`${target} --tone 440 --duration 10 --json`);
    expect(await end(command)).toBe(0);
    const report = command.terminal.json.at(-1)!;
    expect(report).toMatchObject({
      type: "CallReport",
      callId: expect.any(String) as string,
      direction: "outgoing",
      cause: "HungUp",
      statusCode: null,
      codec: "PCMU",
      packetsLost: 0,
      packetsLate: 0,
    });
    for (const figure of ["setupMs", "packetsSent", "packetsReceived", "jitterMs", "roundTripMs", "rFactor", "mos"]) {
      expect(report[figure], figure).toEqual(expect.any(Number));
    }
    expect(report["packetsSent"]).toBeCloseTo(500, -1);
    expect(report["durationMs"]).toBeCloseTo(10_000, -1); // until the BYE is answered
  });

  test("tells states and events as they come, each with the call's id", async () => {
    const { run, end } = await setUp(async (incoming) => {
      incoming.ring();
      const call = await incoming.answer();
      await call.once("mediaActive");
      await call.hold();
      await call.resume();
      await call.sendDtmf("7");
      await call.hangUp();
    });
    const { terminal, exitCode } = run(`${target} --tone 440 --json`);
    expect(await end({ terminal, exitCode })).toBe(0);
    const [first] = terminal.json;
    const others = terminal.json.filter(({ type }) => type !== "MediaQualityChanged");
    expect(others.map(({ type, phase, statusCode, remote, digit }) => [type, phase ?? statusCode ?? remote ?? digit])).toEqual([
      ["Calling", undefined],
      ["CallStateChanged", "Ringing"],
      ["Progress", 180],
      ["CallStateChanged", "Connected"],
      ["AudioStarted", undefined],
      ["HoldStateChanged", true],
      ["HoldStateChanged", false],
      ["DtmfReceived", "7"],
      ["CallStateChanged", "Ended"],
      ["CallReport", "sip:bob@10.0.0.2"],
    ]);
    expect(new Set(terminal.json.map(({ callId }) => callId))).toEqual(new Set([first!["callId"]]));
  });

  test.each([
    [486, 4, "Refused"],
    [404, 4, "Refused"],
    [480, 4, "Refused"],
    [488, 4, "Refused"],
    [500, 5, "Refused"],
    [503, 5, "Refused"],
    [603, 6, "Refused"],
    [408, 7, "Refused"],
  ])("a refusal with %i ends with %i", async (statusCode, exitCode, cause) => {
    const { run, end } = await setUp((incoming) => incoming.reject(statusCode));
    const command = run(`${target} --json`);
    expect(await end(command)).toBe(exitCode);
    expect(command.terminal.json.at(-1)).toMatchObject({
      type: "CallReport",
      cause,
      statusCode,
      setupMs: null,
      durationMs: 0,
      codec: null,
      mos: null,
    });
  });

  test("a redirection ends with 3 and tells where to", async () => {
    const { run, end } = await setUp((incoming) => incoming.redirect("sip:carol@10.0.0.9"));
    const command = run(target);
    expect(await end(command)).toBe(3);
    expect(command.terminal.out).toContain("no call: 302 Moved Temporarily; try sip:carol@10.0.0.9\n");
  });

  test("a dead port ends with 7 when Timer B fires, after 32 s", async () => {
    const { run, end, clock } = commandLine();
    const command = run(`${target} --json`);
    expect(await end(command)).toBe(7);
    expect(command.terminal.json.at(-1)).toMatchObject({ type: "CallReport", cause: "Timeout", packetsReceived: 0 });
    expect(clock.now()).toBeGreaterThanOrEqual(32_000);
    expect(clock.now()).toBeLessThan(33_000);
  });

  test("a name that nobody knows ends with 7 at once and says so", async () => {
    const { run, end, clock } = commandLine();
    const command = run("call sip:bob@nowhere.invalid");
    expect(await end(command)).toBe(7);
    expect(command.terminal.out).toMatch(/no call: cannot be reached: .*nowhere\.invalid/);
    expect(clock.now()).toBeLessThan(1000);
  });

  test("somebody who does not answer within a minute ends with 7", async () => {
    const { run, end } = await setUp((incoming) => incoming.ring());
    const command = run(target);
    expect(await end(command)).toBe(7);
    expect(command.terminal.out).toContain("no call: nobody answered\n");
  });

  test("the peer's hanging up is a normal end", async () => {
    const { run, end } = await setUp(async (incoming) => {
      await (await incoming.answer()).hangUp();
    });
    const command = run(`${target} --tone 440`);
    expect(await end(command)).toBe(0);
    expect(command.terminal.out).toContain("call ended: hung up by the other side");
  });
});

describe("sidetone call, interrupted", () => {
  test("while it rings, cancels and ends with 130", async () => {
    const { run, end, clock, bob } = await setUp((incoming) => incoming.ring());
    const command = run(`${target} --json`);
    await clock.advance(2000);
    const heard = bob.calls[0]!.ended;
    command.terminal.interrupt();
    expect(await end(command)).toBe(130);
    expect(command.terminal.json.at(-1)).toMatchObject({ type: "CallReport", cause: "Cancelled", endedBy: "local" });
    expect(await heard).toMatchObject({ cause: "Cancelled", endedBy: "remote" });
  });

  test("during the call, hangs up and ends with 0", async () => {
    const { run, end, clock, bob } = await setUp((incoming) => incoming.answer());
    const command = run(`${target} --tone 440`);
    await clock.advance(2000);
    const heard = bob.calls[0]!.ended;
    command.terminal.interrupt();
    expect(await end(command)).toBe(0);
    expect(command.terminal.out).toContain("call ended: hung up here after 2.0 s\n");
    expect(await heard).toMatchObject({ cause: "HungUp", endedBy: "remote" });
  });

  test("while nobody replies at all, waits no longer than 2 s", async () => {
    const { run, end, clock } = commandLine();
    const command = run(target);
    await clock.advance(5000);
    command.terminal.interrupt();
    expect(await end(command)).toBe(130);
    expect(clock.now()).toBeLessThan(8000);
  });
});

describe("what was asked for after the answer", () => {
  test("--dtmf arrives digit by digit", async () => {
    const heard: string[] = [];
    const { run, end } = await setUp(async (incoming) => {
      const call = await incoming.answer();
      for await (const { digit } of call.dtmf) heard.push(digit);
    });
    const command = run(`${target} --dtmf 12a#* --duration 3`);
    expect(await end(command)).toBe(0);
    expect(heard.join("")).toBe("12A#*");
    expect(command.terminal.out).toContain("digits 12A#* sent\n");
  });

  test("--dtmf that the peer does not take is an error", async () => {
    const line = commandLine();
    const bob = await line.peer({ media: { dtmf: false } });
    bob.onIncoming((incoming) => incoming.answer());
    const command = line.run(`${target} --dtmf 1 --duration 2`);
    expect(await line.end(command)).toBe(1);
    expect(command.terminal.err).toMatch(/^sidetone: DTMF: .*\n$/);
  });

  test("--codecs decides what is offered", async () => {
    const { run, end } = await setUp((incoming) => incoming.answer());
    const command = run(`${target} --codecs PCMA --duration 1 --json`);
    expect(await end(command)).toBe(0);
    expect(command.terminal.json.at(-1)).toMatchObject({ codec: "PCMA" });
  });

  test("--codecs that the peer does not have ends with 4", async () => {
    const line = commandLine();
    const bob = await line.peer({ media: { codecs: ["PCMA"] } });
    bob.onIncoming((incoming) => incoming.answer());
    const command = line.run(`${target} --codecs PCMU --json`);
    expect(await line.end(command)).toBe(4);
    expect(command.terminal.json.at(-1)).toMatchObject({ cause: "Refused", statusCode: 488 });
  });

  test("--user is who calls", async () => {
    const callers: string[] = [];
    const { run, end } = await setUp((incoming) => {
      callers.push(incoming.remote.uri);
      incoming.reject(486);
    });
    await end(run(`${target} --user carol`));
    await end(run(target));
    expect(callers).toEqual(["sip:carol@10.0.0.2", "sip:sidetone@10.0.0.2"]);
  });
});

describe("what cannot be done is said before anybody is called", () => {
  test.each([
    ["call sip:bob@10.0.0.2 --play /no/such.wav", "MEDIA_FILE_UNREADABLE", /\/no\/such\.wav.*no such file/],
    ["call sip:bob@10.0.0.2 --play package.json", "MEDIA_FILE_UNSUPPORTED", /package\.json.*no WAV file.*sox/],
    ["call sip:bob@10.0.0.2 --record /no/such/call.wav", "USAGE", /--record: .*its folder does not exist/],
    ["call sip:bob@10.0.0.2 --record /", "USAGE", /--record: .*is a folder/],
    ["call sip:bob@10.0.0.2 --trace /no/such/trace.txt", "USAGE", /--trace: cannot write/],
    ["call sip:bob@10.0.0.2 --listen 10.0.0.2", "CONFIG_INVALID", /Cannot listen on UDP 10\.0\.0\.2:5060/],
    ["call sip:bob@10.0.0.2 --listen nothing:0", "USAGE", /--listen: no address/],
    ["call sip:bob@10.0.0.2 --listen 1:2:3", "USAGE", /--listen: .*HOST:PORT/],
    ["call sip:bob@10.0.0.2 --codecs opus", "CONFIG_UNSUPPORTED", /opus.*PCMU/],
    ["call sip:bob@10.0.0.2 --proxy sip:10.0.0.3;transport=sctp", "CONFIG_UNSUPPORTED", /SCTP/],
    ["call sip:bob@10.0.0.2:99999", "SIP_URI_INVALID", /no SIP URI \(the port is not from 1 to 65535\); give one like/],
    [
      "call http://example.com",
      "SIP_URI_INVALID",
      /"http:\/\/example.com" is no SIP URI \(it is of another kind\); give one like [^ ]+ or [^ :]+:[^ :]+:5070(?!:)/,
    ],
    ["call sips:bob@10.0.0.2;transport=udp", "CONFIG_UNSUPPORTED", /UDP/],
    ["call sip:bob@10.0.0.2;transport=sctp", "CONFIG_UNSUPPORTED", /SCTP/],
    ["call tel:+4930", "SIP_URI_INVALID", /needs a server.*sip:\+4930@/],
  ])("%s", async (args, code, message) => {
    const { run, end, network } = commandLine();
    let packets = 0;
    network.onPacket(() => packets++);
    const text = run(args);
    expect(await end(text)).toBe(1);
    expect(text.terminal.err).toMatch(message);
    expect(text.terminal.err).toMatch(/^sidetone: [^\n]*\n$/); // one line, no stack
    const json = run(`${args} --json`);
    expect(await end(json)).toBe(1);
    expect(json.terminal.json).toEqual([
      expect.objectContaining({ type: "Error", code, message: expect.stringMatching(message) as string }),
    ]);
    expect(packets).toBe(0);
  });

  test("a port that is taken", async () => {
    const line = commandLine();
    await line.peer();
    const command = line.runThere("call sip:bob@10.0.0.1 --listen 10.0.0.2:5060");
    expect(await line.end(command)).toBe(1);
    expect(command.terminal.err).toMatch(/10\.0\.0\.2:5060.*in use/);
  });
});
