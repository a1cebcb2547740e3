import { describe, expect, test } from "vitest";
import { phoneLine, script } from "../support/phone-line.ts";

describe("sidetone phone, with lines from a pipe", () => {
  test("registers, calls, holds, resumes, sends digits, hangs up, un-registers and ends with 0", async () => {
    const { registrar, alice, bob, end, clock } = phoneLine();
    const { terminal: registry } = await registrar();
    const there = bob("", { interactive: true });
    await clock.advance(200);
    const here = alice(
      "",
      script(
        "# a script",
        "wait registered 5",
        "call bob",
        "wait ringing 5",
        "wait connected 5",
        "",
        "hold",
        "wait held",
        "resume",
        "wait resumed",
        "dtmf 12#",
        "mute",
        "unmute",
        "hangup",
        "wait ended",
      ),
    );
    await clock.advance(500);
    expect(there.terminal.out).toContain("\x07sip:alice@10.0.0.2 is calling: answer or reject\n");
    there.terminal.lines.type("answer");
    expect(await end(here)).toBe(0);
    expect(here.terminal.err).toBe("");
    expect(here.terminal.screen).toEqual([
      "phone on UDP and TCP 10.0.0.1:5060",
      "registering sip:alice@10.0.0.2 at sip:10.0.0.2",
      "> wait registered 5",
      "sip:alice@10.0.0.2 registered as sip:alice@10.0.0.1:5060 for 3600 s",
      "> call bob",
      "[1] calling sip:bob@10.0.0.2 as sip:alice@10.0.0.2",
      "> wait ringing 5",
      "[1] redirected to sip:bob@10.0.0.2:5070",
      "[1] 180 Ringing",
      "> wait connected 5",
      expect.stringMatching(/^\[1\] connected after 0\.\d s, PCMU$/),
      "> hold",
      "[1] held by this side",
      "> wait held",
      "> resume",
      "[1] no longer held",
      "> wait resumed",
      "> dtmf 12#",
      "[1] audio is heard",
      "[1] digits 12# sent",
      "> mute",
      "muted: the other side hears silence",
      "> unmute",
      "no longer muted",
      "> hangup",
      "[1] hanging up",
      expect.stringMatching(/^\[1\] call ended: hung up here after \d\.\d s$/),
      "> wait ended",
      "sip:alice@10.0.0.2 un-registered",
      "",
    ]);
    expect(there.terminal.out).toMatch(/\[1\] digit 1 heard.*\n.*digit 2 heard.*\n.*digit # heard/);
    expect(registry.out).toContain("alice@any left sip:alice@10.0.0.1:5060 (Unregistered)");
  });

  test("hangs up and un-registers at the end of the input", async () => {
    const { registrar, alice, bob, end, clock } = phoneLine();
    const { terminal: registry } = await registrar();
    const there = bob("--echo", { interactive: true });
    await clock.advance(200);
    const here = alice("", script("call sip:bob@10.0.0.2:5070", "wait ringing"));
    await clock.advance(300);
    expect(await end(here)).toBe(0);
    expect(here.terminal.screen).toContain("[1] giving up");
    expect(here.terminal.screen).toContain("[1] no call: cancelled here");
    await clock.advance(100);
    expect(there.terminal.screen).toContain("[1] no call: the caller gave up");
    expect(registry.out).toContain("alice@any left");
  });

  test("--json gives an object for each event and each line", async () => {
    const { registrar, alice, bob, end, clock, type } = phoneLine();
    await registrar();
    const there = bob("--json", { interactive: true }); // whose lines are typed, but not edited
    await clock.advance(200);
    const here = alice(
      "--json",
      script("wait registered", "call bob", "wait connected", "list", "quality", "accounts", "hodl", "hangup", "history"),
    );
    await clock.advance(300);
    await type(there, "answer");
    expect(await end(here)).toBe(1);
    const { terminal } = here;
    expect(terminal.err).toBe("");
    expect(terminal.of("CommandResult").map(({ line, command, ok }) => [line, command, ok])).toEqual([
      [1, "wait registered", true],
      [2, "call bob", true],
      [3, "wait connected", true],
      [4, "list", true],
      [5, "quality", true],
      [6, "accounts", true],
      [7, "hodl", false],
      [8, "hangup", true],
      [9, "history", true],
    ]);
    const result = (command: string): Record<string, unknown> => terminal.of("CommandResult").find((each) => each["command"] === command)!;
    expect(result("call bob")).toMatchObject({ number: 1, callId: expect.any(String) as string });
    expect(result("list")).toMatchObject({
      calls: [{ number: 1, isSelected: true, phase: "Connected", remote: "sip:bob@10.0.0.2:5070", codec: "PCMU" }],
    });
    expect(result("quality")).toMatchObject({ number: 1, codec: "PCMU", mos: null });
    expect(result("accounts")).toMatchObject({ accounts: [{ account: "alice@10.0.0.2", state: "Active", registrar: "sip:10.0.0.2" }] });
    expect(result("hodl")).toMatchObject({ code: "USAGE", message: '"hodl" is no command; did you mean hold? help lists them' });
    expect(result("history")).toMatchObject({ calls: [{ direction: "outgoing", remote: "sip:bob@10.0.0.2", wasAnswered: true }] });
    expect(terminal.of("Calling")).toMatchObject([
      { uri: "sip:bob@10.0.0.2", number: 1 },
      { uri: "sip:bob@10.0.0.2:5070", number: 1 },
    ]);
    expect(terminal.of("CallRedirected")).toMatchObject([{ uri: "sip:bob@10.0.0.2:5070" }]);
    expect(terminal.of("CallReport")).toMatchObject([{ cause: "HungUp", endedBy: "local" }]);
    expect(terminal.of("RegistrationStatusChanged").map(({ state }) => state)).toEqual(["Pending", "Active", "Pending", "Cancelled"]);
    expect(there.terminal.of("IncomingCall")).toMatchObject([{ number: 1, remote: "sip:alice@10.0.0.2", account: "bob@10.0.0.2" }]);
  });

  test("an interrupt ends it in the middle of a line, with 130", async () => {
    const { registrar, alice, end, clock } = phoneLine();
    await registrar();
    const here = alice("", script("wait registered", "sleep 1000", "call bob"));
    await clock.advance(500);
    here.terminal.interrupt();
    expect(await end(here)).toBe(130);
    expect(here.terminal.screen.at(-2)).toBe("sip:alice@10.0.0.2 un-registered");
    expect(here.terminal.out).not.toContain("call bob");
  });

  test("without any account only calls directly, under the name that is nobody's", async () => {
    const { run, end, peer } = phoneLine();
    const bob = await peer();
    bob.onIncoming((incoming) => incoming.answer());
    const here = run("phone --listen 10.0.0.1:5060", script("accounts", "register", "call sip:bob@10.0.0.2", "wait connected", "hangup"));
    expect(await end(here)).toBe(1);
    expect(here.terminal.screen).toContain("no account: only direct calls, as to sip:bob@192.0.2.7");
    expect(here.terminal.err).toMatch(
      /^sidetone: line 2: there is no account to register; start with an address: sidetone phone sip:alice@example\.com\n$/,
    );
    expect(here.terminal.screen).toContain("[1] calling sip:bob@10.0.0.2");
  });
});

describe("what a phone ends with", () => {
  test.each([
    [486, ["call sip:bob@10.0.0.2", "wait connected"], 4, "line 2: the call has ended"],
    [503, ["call sip:bob@10.0.0.2", "wait connected"], 5, "line 2: the call has ended"],
    [603, ["call sip:bob@10.0.0.2", "wait connected", "hodl"], 6, "line 2: the call has ended"],
    [486, ["call sip:bob@10.0.0.2", "wait ended"], 0, ""],
    [180, ["call sip:bob@10.0.0.2", "wait connected 3"], 7, "line 2: not connected after 3 s"],
    [486, ["hodl", "wait connected"], 1, "line 1: "],
    [486, ["wait incoming 2"], 7, "line 1: not incoming after 2 s"],
    [486, ["wait connected"], 1, "line 1: there is no call to wait for"],
    [486, ["quit", "hodl"], 0, ""],
  ])("peer says %i, %j: %i", async (statusCode, lines, exitCode, message) => {
    const { run, end, stub } = phoneLine();
    await stub(({ method }) => [method === "INVITE" ? statusCode : 200]);
    const here = run("phone", script(...lines));
    expect(await end(here)).toBe(exitCode);
    if (message === "") expect(here.terminal.err).toBe("");
    else expect(here.terminal.err).toContain(`sidetone: ${message}`);
  });

  test.each([
    ["403", 4],
    ["404", 4],
    ["503", 7], // tried again, which time may heal
  ])("a registrar that says %s: wait registered ends with %i", async (statusCode, exitCode) => {
    const { alice, end, stub } = phoneLine();
    await stub(() => [Number(statusCode)]);
    const here = alice("", script("wait registered 10"));
    expect(await end(here)).toBe(exitCode);
    expect(here.terminal.out).toContain(`sip:alice@10.0.0.2 is not registered: `);
  });

  test("--stop-on-error ends at the first line that fails", async () => {
    const { run, end } = phoneLine();
    const here = run("phone --stop-on-error", script("list", "hodl", "list"));
    expect(await end(here)).toBe(1);
    expect(here.terminal.screen.filter((line) => line === "> list")).toHaveLength(1);
  });

  test.each([
    ["phone sip:10.0.0.2", "names nobody"],
    ["phone sip:alice@10.0.0.2 --play /nowhere.wav", "/nowhere.wav"],
    ["phone sip:alice@10.0.0.2 --record /nowhere/x.wav", "--record: cannot write"],
    ["phone sip:alice@10.0.0.2 --listen x", "--listen"],
    ["phone sip:alice@10.0.0.2 --echo --tone 440", "cannot be used with option"],
  ])("%s ends with 1 before anything is read", async (args, message) => {
    const { run, end } = phoneLine();
    const here = run(args, script("list"));
    expect(await end(here)).toBe(1);
    expect(here.terminal.err).toContain(message);
    expect(here.terminal.out).not.toContain("list");
  });
});
